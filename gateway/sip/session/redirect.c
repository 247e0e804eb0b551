/* Contacts in order of preference, each tried until one is answered or all of them have failed. */
#include "sip/session/redirect.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>

#include "sip/session/refer.h"
#include "sip/text/contacts.h"
#include "sip/text/netaddr.h"
#include "sip/text/number.h"

enum { REDIRECTION = 3, GLOBAL_FAILURE = 6, SIP_PORT = 5060 };

struct redirect {
	unsigned hops;
	struct contacts contacts;
	size_t next;
	char uri[CONTACT_URI_MAX];
};

static unsigned class_of(const sip_t *sip)
{
	return (unsigned)sip->sip_status->st_status / 100;
}

/* An address of this peer, or of another one if what the one hears may be told the other; never a name, nor ourselves. What
 * maddr names goes before the host (RFC 3261 19.1.1), and is nobody we know. */
static bool is_peer(const struct session *s, const url_t *url)
{
	const struct peer *peer;
	struct sockaddr_storage address;
	char host[NETADDR_TEXT_MAX];
	const char *name = url->url_host;
	const char *port = url->url_port && *url->url_port ? url->url_port : NULL;

	if (url_has_param(url, "maddr"))
		return false;
	snprintf(host, sizeof(host), "%s", name + (*name == '['));
	host[strcspn(host, "]")] = '\0';
	if (!netaddr_parse(host, (uint16_t)(port ? strtoul(port, NULL, 10) : SIP_PORT), &address))
		return false;
	if (netaddr_same_host(&address, &s->peer->address))
		return true;
	llist_for_each_entry (peer, &s->ground->peers->list, entry) {
		if (refer_between(s->peer, peer) && netaddr_same_host(&address, &peer->address))
			return true;
	}
	return false;
}

/* Whoever redirects a call has nobody call what it may not. A name is no number that lists are of. */
static bool may_call(const struct session *s, const url_t *url)
{
	struct leg_number number;

	return number_from_url(url, &number) || call_may_turn_to(&s->leg, number.digits);
}

/* The contact as we send to it; false when that is none of our peers. */
static bool write_uri(const struct session *s, const url_t *url, const char *contact,
		      char out[static CONTACT_URI_MAX])
{
	struct leg_number number;
	char user[NUMBER_USER_MAX];

	if (url->url_type != url_tel)
		return is_peer(s, url) &&
		       snprintf(out, CONTACT_URI_MAX, "%s", contact) < CONTACT_URI_MAX;
	if (number_from_url(url, &number))
		return false;
	number_user(&number, user);
	peer_uri(s->peer, user, out, CONTACT_URI_MAX);
	return true;
}

/* NULL: the call may go there, as out has it; or why not. */
static const char *use(const struct session *s, const char *contact,
		       char out[static CONTACT_URI_MAX])
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const char *why = NULL;

	su_home_init(home);
	const url_t *url = url_hdup(home, URL_STRING_MAKE(contact)->us_url);
	if (url && !may_call(s, url))
		why = "whom the caller may not call";
	else if (!url || !write_uri(s, url, contact, out))
		why = "which is no peer";
	su_home_deinit(home);
	return why;
}

/* The Contacts of a 3xx take the place of those left before. */
static struct redirect *take(struct session *s, const sip_t *sip)
{
	const struct transfer_policy *policy = &s->peer->config.transfer;

	if (policy->redirect != REDIRECT_FOLLOW)
		return NULL;
	if (!s->turns.redirect)
		s->turns.redirect = talloc_zero(s, struct redirect);
	if (!s->turns.redirect || s->turns.redirect->hops == policy->redirect_hops)
		return NULL;
	s->turns.redirect->hops++;
	s->turns.redirect->next = 0;
	contacts_read(sip->sip_contact, &s->turns.redirect->contacts);
	return s->turns.redirect;
}

const char *redirect_uri(const struct session *s)
{
	return s->turns.redirect && *s->turns.redirect->uri ? s->turns.redirect->uri : NULL;
}

bool redirect_take(struct session *s, const sip_t *sip)
{
	struct redirect *redirect = class_of(sip) == REDIRECTION ? take(s, sip) : s->turns.redirect;

	if (!redirect || class_of(sip) == GLOBAL_FAILURE)
		return false;
	while (redirect->next < redirect->contacts.n) {
		const char *contact = redirect->contacts.uri[redirect->next++];

		const char *why = use(s, contact, redirect->uri);

		if (!why) {
			s->asked = 0; /* redirections are counted here */
			return true;
		}
		LOGSES(s, LOGL_NOTICE, "redirected to %s, %s\n", contact, why);
	}
	return false;
}

bool redirect_number(const struct session *s, const sip_t *sip, char out[static LEG_DIGITS_MAX + 1])
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	struct leg_number number;
	struct contacts contacts;
	bool found = false;

	if (class_of(sip) != REDIRECTION || s->peer->config.transfer.redirect != REDIRECT_ROUTE)
		return false;
	contacts_read(sip->sip_contact, &contacts);
	su_home_init(home);
	for (size_t i = 0; i < contacts.n && !found; i++) {
		const url_t *url = url_hdup(home, URL_STRING_MAKE(contacts.uri[i])->us_url);
		found = url && !number_from_url(url, &number);
	}
	su_home_deinit(home);
	if (found)
		memcpy(out, number.digits, LEG_DIGITS_MAX + 1);
	return found;
}
