/* What a peer may do with its calls, and how their digits go:
 *
 *   peer phones
 *    transfer allow
 *    redirect route
 *    dtmf info
 */
#include "sip/transfer_vty.h"

#include <stdlib.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "sip/peer/peer_config.h"

static const struct value_string refer_names[] = {
	{ REFER_TRUSTED, "trusted" },
	{ REFER_ALLOW, "allow" },
	{ REFER_REFUSE, "refuse" },
	{ 0, NULL },
};

static const struct value_string redirect_names[] = {
	{ REDIRECT_FOLLOW, "follow" },
	{ REDIRECT_ROUTE, "route" },
	{ REDIRECT_REFUSE, "refuse" },
	{ 0, NULL },
};

static const struct value_string dtmf_names[] = {
	{ DTMF_TEVENT, "telephone-event" },
	{ DTMF_INFO, "info" },
	{ DTMF_INBAND, "inband" },
	{ 0, NULL },
};

void transfer_vty_init(struct peer_config *peer)
{
	peer->transfer.redirect_hops = REDIRECT_HOPS_DEFAULT;
}

DEFUN(peer_transfer, peer_transfer_cmd, "transfer (trusted|allow|refuse)",
      "Its users transfer calls, and take them over, by REFER and Replaces (RFC 3515, RFC 3891)\n"
      "If the peer is trusted; the default\n"
      "Yes\n"
      "No\n")
{
	struct peer_config *item = vty->index;

	item->transfer.refer = get_string_value(refer_names, argv[0]);
	return CMD_SUCCESS;
}

#define BY_REFER_STR                                                                               \
	"Its users transfer calls, and take them over, by REFER and Replaces (RFC 3515, RFC "      \
	"3891)\n"                                                                                  \
	"Whom an operator puts through (`transfer call`) calls the number itself, asked by "       \
	"REFER; by default the gateway does\n"

DEFUN(peer_by_refer, peer_by_refer_cmd, "transfer by-refer", BY_REFER_STR)
{
	struct peer_config *item = vty->index;

	item->transfer.by_refer = true;
	return CMD_SUCCESS;
}

DEFUN(no_peer_by_refer, no_peer_by_refer_cmd, "no transfer by-refer", NO_STR BY_REFER_STR)
{
	struct peer_config *item = vty->index;

	item->transfer.by_refer = false;
	return CMD_SUCCESS;
}

#define REDIRECT_STR "When it says that a call is to go elsewhere (3xx responses)\n"
#define FOLLOW_STR "There, if that is the address of a peer; the default\n"

DEFUN(peer_redirect, peer_redirect_cmd, "redirect (follow|route|refuse)",
      REDIRECT_STR FOLLOW_STR "To the number that it names, by the routes of who calls\n"
			      "Nowhere: the call ends\n")
{
	struct peer_config *item = vty->index;

	item->transfer.redirect = get_string_value(redirect_names, argv[0]);
	item->transfer.redirect_hops = REDIRECT_HOPS_DEFAULT;
	return CMD_SUCCESS;
}

DEFUN(peer_redirect_hops, peer_redirect_hops_cmd, "redirect follow <1-20>",
      REDIRECT_STR FOLLOW_STR "How often in one call; 5 by default\n")
{
	struct peer_config *item = vty->index;

	item->transfer.redirect = REDIRECT_FOLLOW;
	item->transfer.redirect_hops = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(peer_dtmf, peer_dtmf_cmd, "dtmf (telephone-event|info|inband)",
      "How digits go to it\n"
      "As telephone-event (RFC 4733); the default\n"
      "In INFO requests, as application/dtmf-relay\n"
      "As sound alone; what `no telephone-event` says too\n")
{
	struct peer_config *item = vty->index;

	item->transfer.dtmf = get_string_value(dtmf_names, argv[0]);
	item->media.telephone_event = item->transfer.dtmf == DTMF_TEVENT;
	return CMD_SUCCESS;
}

void transfer_vty_install(int node)
{
	install_element(node, &peer_transfer_cmd);
	install_element(node, &peer_by_refer_cmd);
	install_element(node, &no_peer_by_refer_cmd);
	install_element(node, &peer_redirect_cmd);
	install_element(node, &peer_redirect_hops_cmd);
	install_element(node, &peer_dtmf_cmd);
}

void transfer_vty_validate(const char *kind, const struct peer_config *peer,
			   struct config_report *report)
{
	if (peer->transfer.dtmf != DTMF_TEVENT && peer->media.telephone_event)
		config_fault_option(report, peer->line, "telephone-event",
				    "%s %s: digits would go as telephone-event and by `dtmf %s`; "
				    "one of them is right",
				    kind, peer->name,
				    get_value_string(dtmf_names, peer->transfer.dtmf));
}

void transfer_vty_write(const struct peer_config *peer, struct vty *vty)
{
	const struct transfer_policy *transfer = &peer->transfer;

	if (transfer->refer != REFER_TRUSTED)
		vty_out(vty, " transfer %s\n", get_value_string(refer_names, transfer->refer));
	if (transfer->by_refer)
		vty_out(vty, " transfer by-refer\n");
	if (transfer->redirect != REDIRECT_FOLLOW)
		vty_out(vty, " redirect %s\n",
			get_value_string(redirect_names, transfer->redirect));
	else if (transfer->redirect_hops != REDIRECT_HOPS_DEFAULT)
		vty_out(vty, " redirect follow %u\n", transfer->redirect_hops);
	if (transfer->dtmf == DTMF_INFO) /* inband: `no telephone-event` */
		vty_out(vty, " dtmf info\n");
}
