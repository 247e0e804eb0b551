/* How sessions with a peer are run:
 *
 *   peer phones
 *    100rel supported
 *    session-timer 1800 minimum 90
 */
#include "sip/session_vty.h"

#include <stdlib.h>

#include <osmocom/core/utils.h>

#include "base/config_vty.h"
#include "sip/peer/peer_config.h"

static const struct value_string rel100_names[] = {
	{ REL100_OFF, "off" },
	{ REL100_SUPPORTED, "supported" },
	{ REL100_REQUIRED, "required" },
	{ 0, NULL },
};

void session_vty_init(struct peer_config *peer)
{
	peer->session.rel100 = REL100_SUPPORTED;
	peer->session.timer_s = SESSION_TIMER_DEFAULT;
	peer->session.timer_min_s = SESSION_TIMER_MIN;
}

DEFUN(peer_100rel, peer_100rel_cmd, "100rel (off|supported|required)",
      "Provisional responses that are sent again until they arrived (RFC 3262)\n"
      "Never\n"
      "With those calls whose other end can; the default\n"
      "With all; calls that cannot are refused\n")
{
	struct peer_config *item = vty->index;

	item->session.rel100 = get_string_value(rel100_names, argv[0]);
	return CMD_SUCCESS;
}

#define OVERLAP_STR                                                                                \
	"Digits dialled one by one, an INVITE for each (RFC 3578); by default whole numbers\n"

DEFUN(peer_overlap, peer_overlap_cmd, "overlap sending", OVERLAP_STR "Go on so to this peer\n")
{
	struct peer_config *item = vty->index;

	item->session.overlap = true;
	return CMD_SUCCESS;
}

DEFUN(no_peer_overlap, no_peer_overlap_cmd, "no overlap sending",
      NO_STR OVERLAP_STR "Digits are collected, and one INVITE has them all; the default\n")
{
	struct peer_config *item = vty->index;

	item->session.overlap = false;
	return CMD_SUCCESS;
}

DEFUN(peer_receiving, peer_receiving_cmd, "overlap receiving", OVERLAP_STR "May come so\n")
{
	struct peer_config *item = vty->index;

	item->session.receiving_s = OVERLAP_RECEIVING_S;
	return CMD_SUCCESS;
}

DEFUN(peer_receiving_s, peer_receiving_s_cmd, "overlap receiving <1-30>",
      OVERLAP_STR "May come so\n"
		  "Seconds without another digit after which the number is whole; 5 by default\n")
{
	struct peer_config *item = vty->index;

	item->session.receiving_s = atoi(argv[0]);
	return CMD_SUCCESS;
}

DEFUN(no_peer_receiving, no_peer_receiving_cmd, "no overlap receiving",
      NO_STR OVERLAP_STR "An INVITE has the whole number, or gets 484; the default\n")
{
	struct peer_config *item = vty->index;

	item->session.receiving_s = 0;
	return CMD_SUCCESS;
}

#define TIMER_STR                                                                                  \
	"Sessions end unless one side refreshes them in time (RFC 4028)\n"                         \
	"Seconds that we ask for; 1800 by default\n"

DEFUN(peer_session_timer, peer_session_timer_cmd, "session-timer <90-86400>", TIMER_STR)
{
	struct peer_config *item = vty->index;

	item->session.timer_s = atoi(argv[0]);
	item->session.timer_min_s = SESSION_TIMER_MIN;
	return CMD_SUCCESS;
}

DEFUN(peer_session_timer_min, peer_session_timer_min_cmd,
      "session-timer <90-86400> minimum <90-86400>",
      TIMER_STR "The least that the other side may ask for\nSeconds; 90 by default\n")
{
	struct peer_config *item = vty->index;

	item->session.timer_s = atoi(argv[0]);
	item->session.timer_min_s = atoi(argv[1]);
	return CMD_SUCCESS;
}

DEFUN(no_peer_session_timer, no_peer_session_timer_cmd, "no session-timer",
      NO_STR "Sessions last until somebody ends them\n")
{
	struct peer_config *item = vty->index;

	item->session.timer_s = 0;
	item->session.timer_min_s = SESSION_TIMER_MIN;
	return CMD_SUCCESS;
}

void session_vty_install(int node)
{
	install_element(node, &peer_100rel_cmd);
	install_element(node, &peer_session_timer_cmd);
	install_element(node, &peer_session_timer_min_cmd);
	install_element(node, &no_peer_session_timer_cmd);
}

void session_vty_install_overlap(void)
{
	install_element(NODE_PEER, &peer_overlap_cmd);
	install_element(NODE_PEER, &no_peer_overlap_cmd);
	install_element(NODE_PEER, &peer_receiving_cmd);
	install_element(NODE_PEER, &peer_receiving_s_cmd);
	install_element(NODE_PEER, &no_peer_receiving_cmd);
}

void session_vty_validate(const char *kind, const struct peer_config *peer,
			  struct config_report *report)
{
	const struct session_policy *session = &peer->session;

	if (session->timer_s && session->timer_min_s > session->timer_s)
		config_fault_option(report, peer->line, "session-timer",
				    "%s %s: sessions of %u s are less than the minimum of %u; a "
				    "minimum up to %u is right",
				    kind, peer->name, session->timer_s, session->timer_min_s,
				    session->timer_s);
}

void session_vty_write(const struct peer_config *peer, struct vty *vty)
{
	const struct session_policy *session = &peer->session;

	if (session->rel100 != REL100_SUPPORTED)
		vty_out(vty, " 100rel %s\n", get_value_string(rel100_names, session->rel100));
	if (session->overlap)
		vty_out(vty, " overlap sending\n");
	if (session->receiving_s == OVERLAP_RECEIVING_S)
		vty_out(vty, " overlap receiving\n");
	else if (session->receiving_s)
		vty_out(vty, " overlap receiving %u\n", session->receiving_s);
	if (!session->timer_s)
		vty_out(vty, " no session-timer\n");
	else if (session->timer_min_s != SESSION_TIMER_MIN)
		vty_out(vty, " session-timer %u minimum %u\n", session->timer_s,
			session->timer_min_s);
	else if (session->timer_s != SESSION_TIMER_DEFAULT)
		vty_out(vty, " session-timer %u\n", session->timer_s);
}
