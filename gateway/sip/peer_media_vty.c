/* The sound of peers:
 *
 *   peer phones
 *    codecs pcma pcmu
 *    ptime 20
 *    rtcp-mux
 */
#include "sip/peer_media_vty.h"

#include <stdlib.h>
#include <string.h>

#include "base/config_vty.h"
#include "sip/sip_config.h"

enum { PTIME_MS = 20 };

void peer_media_vty_init(struct offer_policy *media)
{
	media->telephone_event = true;
	media->codecs[0] = CODEC_PCMA;
	media->codecs[1] = CODEC_PCMU;
	media->n_codecs = 2;
	media->ptime_ms = PTIME_MS;
}

#define TEVENT_STR "Digits as telephone-event (RFC 4733); the default\n"

DEFUN(peer_tevent, peer_tevent_cmd, "telephone-event", TEVENT_STR)
{
	struct peer_config *item = vty->index;

	item->media.telephone_event = true;
	return CMD_SUCCESS;
}

DEFUN(no_peer_tevent, no_peer_tevent_cmd, "no telephone-event", NO_STR TEVENT_STR)
{
	struct peer_config *item = vty->index;

	item->media.telephone_event = false;
	return CMD_SUCCESS;
}

#define CODECS_STR "Codecs offered and accepted, the best first; pcma pcmu by default\n"
#define CODEC_STR "G.711 A-law\nG.711 mu-law\n"

DEFUN(peer_codecs, peer_codecs_cmd, "codecs (pcma|pcmu)", CODECS_STR CODEC_STR)
{
	struct peer_config *item = vty->index;

	if (argc > 1 && strcmp(argv[0], argv[1]) == 0)
		return config_reject(vty, "codec %s is named twice; once is right", argv[0]);
	for (int i = 0; i < argc; i++)
		item->media.codecs[i] = argv[i][3] == 'a' ? CODEC_PCMA : CODEC_PCMU;
	item->media.n_codecs = argc;
	return CMD_SUCCESS;
}

ALIAS(peer_codecs, peer_two_codecs_cmd, "codecs (pcma|pcmu) (pcma|pcmu)",
      CODECS_STR CODEC_STR CODEC_STR)

DEFUN(peer_ptime, peer_ptime_cmd, "ptime (10|20|30|40|50|60)",
      "Speech in one packet, ms; 20 by default\n"
      "ms\nms\nms\nms\nms\nms\n")
{
	struct peer_config *item = vty->index;

	item->media.ptime_ms = atoi(argv[0]);
	return CMD_SUCCESS;
}

#define MUX_STR                                                                                    \
	"RTCP over the port of RTP is offered (RFC 5761), by default not; the peer may always "    \
	"ask for it\n"

DEFUN(peer_rtcp_mux, peer_rtcp_mux_cmd, "rtcp-mux", MUX_STR)
{
	struct peer_config *item = vty->index;

	item->media.rtcp_mux = true;
	return CMD_SUCCESS;
}

DEFUN(no_peer_rtcp_mux, no_peer_rtcp_mux_cmd, "no rtcp-mux", NO_STR MUX_STR)
{
	struct peer_config *item = vty->index;

	item->media.rtcp_mux = false;
	return CMD_SUCCESS;
}

DEFUN(peer_srtp, peer_srtp_cmd, "srtp (off|required)",
      "Encrypted sound (RFC 3711, keys by RFC 4568)\n"
      "None; the default\n"
      "No call without it; as this version does not encrypt sound, no call at all\n")
{
	struct peer_config *item = vty->index;

	item->media.srtp = strcmp(argv[0], "required") ? OFFER_SRTP_OFF : OFFER_SRTP_REQUIRED;
	return CMD_SUCCESS;
}

void peer_media_vty_install(int node)
{
	install_element(node, &peer_tevent_cmd);
	install_element(node, &no_peer_tevent_cmd);
	install_element(node, &peer_codecs_cmd);
	install_element(node, &peer_two_codecs_cmd);
	install_element(node, &peer_ptime_cmd);
	install_element(node, &peer_rtcp_mux_cmd);
	install_element(node, &no_peer_rtcp_mux_cmd);
	install_element(node, &peer_srtp_cmd);
}

void peer_media_vty_write(const struct offer_policy *media, struct vty *vty)
{
	vty_out(vty, " codecs");
	for (size_t i = 0; i < media->n_codecs; i++)
		vty_out(vty, " %s", media->codecs[i] == CODEC_PCMA ? "pcma" : "pcmu");
	vty_out(vty, "\n");
	if (!media->telephone_event)
		vty_out(vty, " no telephone-event\n");
	if (media->ptime_ms != PTIME_MS)
		vty_out(vty, " ptime %u\n", media->ptime_ms);
	if (media->rtcp_mux)
		vty_out(vty, " rtcp-mux\n");
	if (media->srtp == OFFER_SRTP_REQUIRED)
		vty_out(vty, " srtp required\n");
}
