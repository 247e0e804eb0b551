/* Who calls, who is called and who answered, in headers. */
#include "sip/session/identity.h"

#include <errno.h>
#include <stdio.h>

#include <osmocom/core/utils.h>

#include "call/emergency.h"
#include "sip/text/netaddr.h"
#include "sip/text/caller.h"
#include "sip/text/number.h"
#include "sip/text/service_urn.h"

static void our_address(const struct session *s, char out[static NETADDR_TEXT_MAX])
{
	peer_here(s->peer, out, NETADDR_TEXT_MAX);
}

/* RFC 3325 9.1, to a peer that is trusted: who it is as far as a network vouches for it; RFC 3323 4.2. */
static void write_identity(const struct session *s, const struct leg_number *number,
			   const char *name, char out[static IDENTITY_HEADERS_MAX])
{
	char address[NETADDR_TEXT_MAX], user[NUMBER_USER_MAX], display[NUMBER_NAME_MAX];
	struct osmo_strbuf text = { .buf = out, .len = IDENTITY_HEADERS_MAX };

	number_user(number, user);
	number_display(name, display);
	our_address(s, address);
	*out = '\0';
	if (number->presentation == LEG_PRES_RESTRICTED)
		OSMO_STRBUF_PRINTF(text, "Privacy: id\r\n");
	if (*user && s->peer->config.trusted && number_is_verified(number))
		OSMO_STRBUF_PRINTF(text, "P-Asserted-Identity: %s<sip:%s@%s;user=phone>\r\n",
				   display, user, address);
}

/* RFC 3323 4.1.1.3 for who wants to be nobody; RFC 3325 6 tells those who may know. A caller without a number
 * is the gateway itself (RFC 3398 8.2.1.1). */
static void write_from(const struct session *s, char out[static IDENTITY_URI_MAX])
{
	char address[NETADDR_TEXT_MAX], user[NUMBER_USER_MAX], name[NUMBER_NAME_MAX];
	const struct leg_number *calling = &s->setup.calling;

	our_address(s, address);
	number_user(calling, user);
	number_display(s->setup.calling_name, name);
	if (calling->presentation == LEG_PRES_RESTRICTED)
		snprintf(out, IDENTITY_URI_MAX, "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
	else if (*user)
		snprintf(out, IDENTITY_URI_MAX, "%s<sip:%s@%s;user=phone>", name, user, address);
	else
		snprintf(out, IDENTITY_URI_MAX, "%s<sip:%s>", name, address);
}

void identity_write_invite(const struct session *s, struct identity_invite *out)
{
	char user[NUMBER_USER_MAX];

	number_user(&s->setup.called, user);
	peer_uri(s->peer, user, out->request_uri, sizeof(out->request_uri));
	snprintf(out->to, sizeof(out->to), "<%.*s>", (int)sizeof(out->to) - 3, out->request_uri);
	write_from(s, out->from);
	write_identity(s, &s->setup.calling, s->setup.calling_name, out->headers);
}

const char *identity_write_answer(const struct session *s, const struct leg_party *who,
				  char out[static IDENTITY_HEADERS_MAX])
{
	*out = '\0';
	if (who)
		write_identity(s, &who->number, who->name, out);
	return out;
}

/* As number_from_url; RFC 5031: what it is that the number of help is here. */
static int read_called(const struct peer *peer, const url_t *url, struct leg_number *out)
{
	const char *service = service_urn_sos(url);
	const char *number = service ? call_emergency_number(peer->peers->hub, service) : NULL;

	if (!number)
		return number_from_url(url, out);
	*out = (struct leg_number){ .plan = 1 };
	osmo_strlcpy(out->digits, number, sizeof(out->digits));
	return 0;
}

int identity_read_invite(const struct peer *peer, const sip_t *sip, struct leg_setup *setup)
{
	int rc = read_called(peer, sip->sip_request->rq_url, &setup->called);

	if (rc) /* as the causes 28 and 1 are told */
		return rc == -EMSGSIZE ? 484 : 404;
	const struct caller_policy policy = {
		.believed = peer->config.trusted,
		.numbers = &peer->config.numbers,
	};
	caller_read(sip, &policy, setup);
	return 0;
}
