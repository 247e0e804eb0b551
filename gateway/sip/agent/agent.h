/* Sofia-SIP's transaction layer in the control loop: one su_root, one nta agent, the sockets that it listens on. It knows
 * messages and transactions; sessions and peers are above. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "sip/agent/nta.h"
#include "sip/agent/resolver.h"
#include "sip/agent/sockets.h"

/* s: provisional responses to INVITE are sent again, RFC 3261 13.3.1.1 */
enum { AGENT_PROGRESS_S = 60 };

#define AGENT_ALLOW "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY"

struct agent;
struct screen;

/* The screen (screen.h, which outlives the agent) gets what belongs to no dialog of ours. NULL when the loop's parts
 * cannot be had. */
struct agent *agent_new(void *talloc_ctx, const struct screen *screen);
/* Every transaction and dialog with it: whoever holds one lets go of it before. */
void agent_free(struct agent *agent);

/* Opens what is wanted and closes the rest, or keeps it for sessions (sockets.h, last as there); dialogs stay. 0 or
 * -errno, then all is as before. */
int agent_listen(struct agent *agent, const struct socket_config *wanted, size_t n,
		 unsigned timer_b_ms, uint32_t last);
/* sockets_let_go, the lingering being timer B. */
unsigned agent_let_go(struct agent *agent, const uint32_t *oldest);
/* sockets_keep */
void agent_keep(struct agent *agent, const char *contact, uint32_t id);
nta_agent_t *agent_nta(struct agent *agent);
struct resolver *agent_resolver(struct agent *agent);
/* The DNS server to ask; "": the system's. 0 or -errno. */
int agent_use_dns(struct agent *agent, const char *server, uint16_t port);
/* Something was sent or set from outside Sofia's own callbacks: its timers are looked at again. */
void agent_touch(struct agent *agent);

/* 405 for a method of SIP's that is not ours, 501 for none of SIP's, with what is (RFC 3261 8.2.1). Returns it. */
int agent_refuse_method(nta_incoming_t *irq, sip_method_t method);
/* Contact of ours for whoever sent this request: the socket that it came in by, as "<sip:192.0.2.9:5060;transport=tcp>".
 * False when that is closed, or is one of all addresses; out is unchanged then. */
bool agent_contact(struct agent *agent, nta_incoming_t *irq, char *out, size_t size);
/* Where this request came from. */
void agent_source(nta_incoming_t *irq, struct sockaddr_storage *out);
/* The same for the ACK or CANCEL that a transaction's callback is being told of. */
void agent_source_of_ack(nta_incoming_t *irq, struct sockaddr_storage *out);
/* What we listen on first; and all of it. */
void agent_listening(const struct agent *agent, char *out, size_t size);
const struct sockets *agent_sockets(const struct agent *agent);
/* What we are called when talking to there from the socket of that name ("": any) and transport, as in
 * "192.0.2.1:5060"; where nothing of the kind is open, no address (ss_family 0). */
void agent_address_for(const struct agent *agent, const char *name, enum transport transport,
		       const struct sockaddr_storage *there, struct sockaddr_storage *out);
/* Keeps the way to there open, in what is between (RFC 5626 4.4): connections are pinged, of UDP an empty line goes there
 * from the socket of that name. */
void agent_ping(struct agent *agent, const char *name, const struct hop *there);
unsigned agent_transactions(struct agent *agent);
uint64_t agent_bad_messages(struct agent *agent);
/* For how long messages have been waiting to be read without a pause, us: we come after them no more. */
uint64_t agent_backlog_us(const struct agent *agent);
