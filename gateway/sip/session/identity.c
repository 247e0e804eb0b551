/* Who calls, who is called and who answered, in headers. */
#include "sip/session/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "call/emergency.h"
#include "sip/peer/trust.h"
#include "sip/text/breadth.h"
#include "sip/text/caller.h"
#include "sip/text/history.h"
#include "sip/text/netaddr.h"
#include "sip/text/number.h"
#include "sip/text/referred_by.h"
#include "sip/text/service_urn.h"
#include "sip/text/telephone.h"
#include "sip/text/uui.h"

/* Writing */

static void our_address(const struct session *s, char out[static NETADDR_TEXT_MAX])
{
	peer_here(s->peer, out, NETADDR_TEXT_MAX);
}

static bool is_restricted(const struct leg_number *number)
{
	return number->presentation == LEG_PRES_RESTRICTED;
}

/* As the peer wants numbers written. */
static void write_number(const struct session *s, const struct leg_number *number,
			 char out[static NUMBER_USER_MAX])
{
	struct leg_number said = *number;

	numbering_say(&s->peer->config.numbers, &said);
	number_user(&said, out);
}

/* draft-ietf-sip-privacy-04 5 */
static void write_rpid(const struct leg_number *number, bool calling, struct osmo_strbuf *text)
{
	OSMO_STRBUF_PRINTF(*text, ";party=%s;screen=%s;privacy=%s", calling ? "calling" : "called",
			   number_is_verified(number) ? "yes" : "no",
			   is_restricted(number) ? "full" : "off");
}

/* RFC 3325 9, to a peer that is to know: an assertion only of whom a network vouches for. RFC 3323 4.2 asks who knows to
 * keep it from others. */
static void write_identity(const struct session *s, const struct leg_number *number,
			   const char *name, bool calling, struct osmo_strbuf *text)
{
	static const char *const names[] = {
		[IDENTITY_PAI] = "P-Asserted-Identity",
		[IDENTITY_RPID] = "Remote-Party-ID",
		[IDENTITY_PPI] = "P-Preferred-Identity",
	};
	enum identity_header header = trust_header(&s->peer->config);
	char address[NETADDR_TEXT_MAX], user[NUMBER_USER_MAX], display[NUMBER_NAME_MAX];

	if (is_restricted(number))
		OSMO_STRBUF_PRINTF(*text, "Privacy: id\r\n");
	write_number(s, number, user);
	if (!*user || header == IDENTITY_NONE ||
	    (header == IDENTITY_PAI && !number_is_verified(number)) ||
	    (is_restricted(number) && !trust_keeps_secrets(&s->peer->config)))
		return;
	our_address(s, address);
	number_display(name, display);
	OSMO_STRBUF_PRINTF(*text, "%s: %s<sip:%s@%s;user=phone>", names[header], display, user,
			   address);
	if (header == IDENTITY_RPID)
		write_rpid(number, calling, text);
	OSMO_STRBUF_PRINTF(*text, "\r\n");
}

static void write_diversion(const struct session *s, const char *request_uri,
			    struct osmo_strbuf *text)
{
	const struct peer_config *peer = &s->peer->config;
	struct leg_redirecting redirecting = s->setup.redirecting;
	char address[NETADDR_TEXT_MAX], lines[DIVERSION_TEXT_MAX];
	const struct diversion_to to = {
		.host = address,
		.called = request_uri,
		.secrets = trust_keeps_secrets(peer),
	};

	if (peer->identity.diversion == DIVERSION_NONE)
		return;
	our_address(s, address);
	numbering_say(&peer->numbers, &redirecting.from.number);
	numbering_say(&peer->numbers, &redirecting.original);
	if (peer->identity.diversion == DIVERSION_HISTORY)
		history_write(&redirecting, &to, lines);
	else
		diversion_write(&redirecting, &to, lines);
	OSMO_STRBUF_PRINTF(*text, "%s", lines);
}

/* RFC 3892 2.2, to a peer that is to know who calls. */
static void write_referrer(const struct session *s, struct osmo_strbuf *text)
{
	if (*s->setup.referrer && trust_header(&s->peer->config) != IDENTITY_NONE)
		OSMO_STRBUF_PRINTF(*text, "Referred-By: <%s>\r\n", s->setup.referrer);
}

/* What was told with one of these verbs. */
static void write_uui(const struct session *s, uint32_t verbs, struct osmo_strbuf *text)
{
	char line[UUI_TEXT_MAX];

	if (!s->told_uui || !(verbs & 1U << s->told_uui->verb) || s->peer->config.identity.no_uui)
		return;
	uui_write(&s->told_uui->uui, line);
	OSMO_STRBUF_PRINTF(*text, "%s", line);
}

/* RFC 3966 5.1.5: a local number has a context, if the peer is to have it. */
static void write_user(const struct session *s, struct telephone *telephone,
		       char out[static TELEPHONE_USER_MAX])
{
	const struct number_policy *policy = &s->peer->config.numbers;

	numbering_say(policy, &telephone->number);
	snprintf(telephone->context, sizeof(telephone->context), "%s", policy->phone_context);
	telephone_write(telephone, out);
}

static void write_request_uri(const struct session *s, char out[static IDENTITY_URI_MAX])
{
	struct telephone called = {
		.number = s->setup.called,
		.subaddress = s->setup.called_subaddress,
	};
	char user[TELEPHONE_USER_MAX];

	if (trust_believes(&s->peer->config, TRUST_ROUTING))
		called.transit = s->setup.transit;
	write_user(s, &called, user);
	peer_uri(s->peer, user, out, IDENTITY_URI_MAX);
}

/* RFC 3323 4.1.1.3 for who wants to be nobody. A caller without a number is the gateway itself (RFC 3398 8.2.1.1). */
static void write_from(const struct session *s, char out[static IDENTITY_URI_MAX])
{
	struct telephone calling = {
		.number = s->setup.calling,
		.subaddress = s->setup.calling_subaddress,
	};
	char address[NETADDR_TEXT_MAX], user[TELEPHONE_USER_MAX], name[NUMBER_NAME_MAX];

	our_address(s, address);
	write_user(s, &calling, user);
	number_display(s->setup.calling_name, name);
	if (is_restricted(&calling.number))
		snprintf(out, IDENTITY_URI_MAX, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
	else if (*user)
		snprintf(out, IDENTITY_URI_MAX, "%s<sip:%s@%s;user=phone>", name, user, address);
	else
		snprintf(out, IDENTITY_URI_MAX, "%s<sip:%s>", name, address);
}

/* RFC 4904 6.2: the trunk that the call came from. It needs a number, which a secret caller has none of. */
static void write_contact(const struct session *s, char out[static SESSION_CONTACT_MAX])
{
	const struct identity_policy *policy = &s->peer->config.identity;
	struct telephone telephone = { .number = s->setup.calling };
	char user[TELEPHONE_USER_MAX];

	snprintf(out, SESSION_CONTACT_MAX, "%s", s->contact);
	if (!*policy->trunk_context || !*s->setup.transit.trunk_group ||
	    is_restricted(&telephone.number))
		return;
	memcpy(telephone.transit.trunk_group, s->setup.transit.trunk_group, TARGET_NAME_MAX);
	memcpy(telephone.trunk_context, policy->trunk_context, sizeof(telephone.trunk_context));
	write_user(s, &telephone, user);
	if (*user && strlen(user) + strlen(s->contact) + 1 < SESSION_CONTACT_MAX)
		stpcpy(stpcpy(stpcpy(stpcpy(out, "<sip:"), user), "@"),
		       s->contact + strlen("<sip:"));
}

void identity_write_uri(const struct session *s, const char *number,
			char out[static IDENTITY_URI_MAX])
{
	struct telephone called = { 0 };
	char user[TELEPHONE_USER_MAX];

	snprintf(called.number.digits, sizeof(called.number.digits), "%s", number);
	write_user(s, &called, user);
	peer_uri(s->peer, user, out, IDENTITY_URI_MAX);
}

void identity_write_invite(const struct session *s, struct identity_invite *out)
{
	struct osmo_strbuf text = { .buf = out->headers, .len = sizeof(out->headers) };

	write_request_uri(s, out->request_uri);
	snprintf(out->to, sizeof(out->to), "<%.*s>", (int)sizeof(out->to) - 3, out->request_uri);
	write_from(s, out->from);
	write_contact(s, out->contact);
	out->headers[0] = '\0';
	write_identity(s, &s->setup.calling, s->setup.calling_name, true, &text);
	write_diversion(s, out->request_uri, &text);
	write_referrer(s, &text);
	write_uui(s, 1U << LEG_SETUP, &text);
}

const char *identity_write_answer(const struct session *s, char out[static IDENTITY_HEADERS_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = IDENTITY_HEADERS_MAX };
	const struct leg_party *who = s->connected;

	*out = '\0';
	if (who)
		write_identity(s, &who->number, who->name, false, &text);
	write_uui(s, 1U << LEG_ALERTING | 1U << LEG_PROGRESS | 1U << LEG_CONNECT, &text);
	return out;
}

const char *identity_write_party(const struct session *s, char out[static IDENTITY_HEADERS_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = IDENTITY_HEADERS_MAX };

	*out = '\0';
	if (s->connected)
		write_identity(s, &s->connected->number, s->connected->name, s->calling, &text);
	return out;
}

const char *identity_write_end(const struct session *s, char out[static IDENTITY_HEADERS_MAX])
{
	struct osmo_strbuf text = { .buf = out, .len = IDENTITY_HEADERS_MAX };

	*out = '\0';
	write_uui(s, 1U << LEG_DISCONNECT | 1U << LEG_RELEASE, &text);
	return out;
}

/* Without memory a message goes without what was to be kept for it. */
void identity_keep(struct session *s, const struct leg_msg *msg)
{
	static const struct leg_party nobody;

	if (memcmp(&msg->party, &nobody, sizeof(nobody)) != 0) {
		talloc_free(s->connected);
		s->connected = talloc_memdup(s, &msg->party, sizeof(msg->party));
	}
	if (!msg->uui.len)
		return;
	if (!s->told_uui)
		s->told_uui = talloc(s, struct session_uui);
	if (s->told_uui)
		*s->told_uui = (struct session_uui){ .verb = msg->verb, .uui = msg->uui };
}

/* Reading */

static struct caller_policy policy_of(const struct peer *peer)
{
	return (struct caller_policy){
		.believed = trust_believes(&peer->config, TRUST_IDENTITY),
		.numbers = &peer->config.numbers,
	};
}

/* What else the called number says, as far as the peer may say it. RFC 4904 5: a trunk of another's is not ours. */
static void read_transit(const struct peer_config *peer, const struct telephone *called,
			 struct leg_setup *setup)
{
	const char *context = peer->identity.trunk_context;

	if (trust_believes(peer, TRUST_ROUTING))
		setup->transit = called->transit;
	setup->transit.trunk_group[0] = '\0';
	if (*context && !strcasecmp(context, called->trunk_context))
		memcpy(setup->transit.trunk_group, called->transit.trunk_group, TARGET_NAME_MAX);
}

/* RFC 5031: what it is that the number of help is here. False: it is no such thing. */
static bool read_service(const struct peer *peer, const url_t *url, struct leg_number *out)
{
	const char *service = service_urn_sos(url);
	const char *number = service ? call_emergency_number(peer->peers->hub, service) : NULL;

	if (!number)
		return false;
	*out = (struct leg_number){ .plan = 1 };
	osmo_strlcpy(out->digits, number, sizeof(out->digits));
	return true;
}

static int read_called(const struct peer *peer, const sip_t *sip, struct leg_setup *setup)
{
	const struct number_policy *policy = &peer->config.numbers;
	const url_t *url = sip->sip_request->rq_url;
	struct telephone called;

	if (read_service(peer, url, &setup->called))
		return 0;
	int rc = telephone_read(url, &called);
	if (rc) /* as the causes 28 and 1 are told */
		return rc == -EMSGSIZE ? 484 : 404;
	if (!numbering_is_local(policy, called.context))
		return 404;
	numbering_hear(policy, &called.number);
	setup->called = called.number;
	setup->called_subaddress = called.subaddress;
	read_transit(&peer->config, &called, setup);
	return 0;
}

static void read_redirecting(const struct peer_config *peer, const sip_t *sip,
			     struct leg_redirecting *out)
{
	if (!trust_believes(peer, TRUST_DIVERSION) ||
	    (!history_read(sip, out) && !diversion_read(sip, out)))
		return;
	numbering_hear(&peer->numbers, &out->from.number);
	numbering_hear(&peer->numbers, &out->original);
}

void identity_read_referrer(const struct peer *peer, const sip_t *sip, struct leg_setup *setup)
{
	if (trust_believes(&peer->config, TRUST_IDENTITY))
		referred_by_read(sip->sip_referred_by, setup->referrer);
}

int identity_read_invite(const struct peer *peer, const sip_t *sip, struct leg_setup *setup)
{
	const struct caller_policy policy = policy_of(peer);
	int status = read_called(peer, sip, setup);

	if (status)
		return status;
	caller_read(sip, &policy, setup);
	if (sip->sip_max_forwards)
		setup->hops = (uint8_t)OSMO_MIN(sip->sip_max_forwards->mf_count, UINT8_MAX);
	setup->breadth = (uint8_t)OSMO_MAX(breadth_read(sip), 0);
	read_redirecting(&peer->config, sip, &setup->redirecting);
	identity_read_referrer(peer, sip, setup);
	return 0;
}

void identity_read_uui(const struct session *s, const sip_t *sip, struct leg_msg *msg)
{
	if (!s->peer->config.identity.no_uui)
		uui_read(sip, &msg->uui);
}

void identity_read_answer(struct session *s, const sip_t *sip, struct leg_msg *msg)
{
	const struct caller_policy policy = policy_of(s->peer);

	if (caller_read_party(sip, &policy, &msg->party))
		memcpy(s->heard_number, msg->party.number.digits, sizeof(s->heard_number));
	identity_read_uui(s, sip, msg);
}

/* Peers repeat who they are in each request: another number is news. */
void identity_hear_party(struct session *s, const sip_t *sip)
{
	const struct caller_policy policy = policy_of(s->peer);
	struct leg_msg msg = { .verb = LEG_NOTIFY, .notification = LEG_TRANSFERRED };

	if (!caller_read_party(sip, &policy, &msg.party) ||
	    !strcmp(msg.party.number.digits, s->heard_number))
		return;
	memcpy(s->heard_number, msg.party.number.digits, sizeof(s->heard_number));
	session_say_all(s, &msg);
}
