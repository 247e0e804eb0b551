/* RFC 3261 10.3, steps 6 to 8; RFC 3327 (Path); RFC 5626 6 (instances and flows). */
#include "sip/registrar/binding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <sofia-sip/url.h>

#include "base/clock.h"
#include "sip/session/session.h"

enum { US_PER_S = 1000000, BAD = 400, TOO_BRIEF = 423, FAILED = 500 };

void bindings_init(struct bindings *set)
{
	INIT_LLIST_HEAD(&set->list);
	set->n = 0;
}

static void drop(struct bindings *set, struct binding *binding)
{
	llist_del(&binding->entry);
	set->n--;
	talloc_free(binding);
}

bool bindings_clear(struct bindings *set)
{
	struct binding *binding, *next;
	bool had = set->n;

	llist_for_each_entry_safe (binding, next, &set->list, entry)
		drop(set, binding);
	return had;
}

unsigned bindings_expire(struct bindings *set)
{
	struct binding *binding, *next;
	unsigned gone = 0;

	llist_for_each_entry_safe (binding, next, &set->list, entry) {
		if (binding->until_us > clock_now_us())
			continue;
		drop(set, binding);
		gone++;
	}
	return gone;
}

unsigned binding_left_s(const struct binding *binding)
{
	uint64_t now_us = clock_now_us();

	return binding->until_us > now_us
		       ? (unsigned)((binding->until_us - now_us + US_PER_S - 1) / US_PER_S)
		       : 0;
}

/* Before the first that is worse, or as good but older. */
static void insert(struct bindings *set, struct binding *binding)
{
	struct binding *other;

	set->n++;
	llist_for_each_entry (other, &set->list, entry) {
		if (other->q > binding->q)
			continue;
		llist_add_tail(&binding->entry, &other->entry);
		return;
	}
	llist_add_tail(&binding->entry, &set->list);
}

bool bindings_add(void *talloc_ctx, struct bindings *set, const struct binding *binding)
{
	struct binding *copy = talloc_memdup(talloc_ctx, binding, sizeof(*binding));

	if (copy)
		insert(set, copy);
	return copy;
}

/* RFC 3261 19.1.4, as far as Sofia goes; RFC 5626 6: instance and flow before the URI. */
static bool is_same(const struct binding *a, const struct binding *b)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const url_t *one, *other;
	bool same;

	if (a->reg_id && b->reg_id)
		return a->reg_id == b->reg_id && !strcmp(a->instance, b->instance);
	su_home_init(home);
	one = url_make(home, a->uri);
	other = url_make(home, b->uri);
	same = one && other && !url_cmp(one, other);
	su_home_deinit(home);
	return same;
}

static struct binding *find_same(const struct bindings *set, const struct binding *like)
{
	struct binding *binding;

	llist_for_each_entry (binding, &set->list, entry) {
		if (is_same(binding, like))
			return binding;
	}
	return NULL;
}

/* Reading a REGISTER */

/* Of a Contact, else of the whole; what is no number counts as not said (RFC 3261 10.3 step 7). */
static unsigned asked_s(const sip_t *sip, const sip_contact_t *contact,
			const struct binding_limits *limits)
{
	const char *text = contact->m_expires;

	if (text && *text && strspn(text, "0123456789") == strlen(text))
		return strlen(text) < 9 ? (unsigned)atoi(text) : limits->expires_max_s;
	if (!text && sip->sip_expires && !sip->sip_expires->ex_date)
		return sip->sip_expires->ex_delta > limits->expires_max_s
			       ? limits->expires_max_s
			       : (unsigned)sip->sip_expires->ex_delta;
	return limits->expires_s;
}

/* "0.5", as thousandths. */
static uint16_t read_q(const char *text)
{
	double q;

	if (!text || !*text || strspn(text, "0123456789.") != strlen(text))
		return BINDING_Q_MAX;
	q = strtod(text, NULL);
	return (uint16_t)(q < 1 ? q * BINDING_Q_MAX + 0.5 : BINDING_Q_MAX);
}

static bool read_path(su_home_t *home, const sip_t *sip, char *out)
{
	size_t len = 0;

	for (const sip_path_t *path = sip_path(sip); path; path = path->r_next) {
		const char *uri = url_as_string(home, path->r_url);
		int n = uri ? snprintf(out + len, BINDING_PATH_MAX - len, "%s<%s>", len ? ", " : "",
				       uri)
			    : -1;

		if (n < 0 || (size_t)n >= BINDING_PATH_MAX - len)
			return false;
		len += (size_t)n;
	}
	return true;
}

/* RFC 5626 4.2: the two belong together. */
static bool read_instance(const sip_contact_t *contact, struct binding *out)
{
	const char *instance = msg_params_find(contact->m_params, "+sip.instance=");
	const char *id = msg_params_find(contact->m_params, "reg-id=");

	if (!instance || !id)
		return true;
	if (strlen(instance) >= sizeof(out->instance) || !*id || strlen(id) > 9 ||
	    strspn(id, "0123456789") != strlen(id) || !atoi(id))
		return false;
	osmo_strlcpy(out->instance, instance, sizeof(out->instance));
	out->reg_id = (uint32_t)atoi(id);
	return true;
}

/* Can requests be sent there? */
static bool is_target(const sip_t *sip, sip_contact_t *contact)
{
	sip_t alone = { .sip_contact = contact, .sip_record_route = sip_path(sip) };

	return session_target_valid(&alone);
}

static bool read_one(su_home_t *home, const sip_t *sip, sip_contact_t *contact, struct binding *out)
{
	const char *uri = url_as_string(home, contact->m_url);

	if (!is_target(sip, contact) || !uri || strlen(uri) >= sizeof(out->uri) ||
	    strlen(sip->sip_call_id->i_id) >= sizeof(out->call_id))
		return false;
	osmo_strlcpy(out->uri, uri, sizeof(out->uri));
	osmo_strlcpy(out->call_id, sip->sip_call_id->i_id, sizeof(out->call_id));
	out->cseq = sip->sip_cseq->cs_seq;
	out->q = read_q(contact->m_q);
	return read_path(home, sip, out->path) && read_instance(contact, out);
}

/* Changes */

struct change {
	struct binding *fresh; /* NULL: only to be taken away */
	struct binding *old;   /* NULL: there is none */
};

/* RFC 3261 10.3 step 7: within a Call-ID, CSeq grows. */
static bool is_older(const struct binding *old, const char *call_id, uint32_t cseq)
{
	return !strcmp(old->call_id, call_id) && cseq <= old->cseq;
}

static int plan_one(void *talloc_ctx, const struct bindings *set, const sip_t *sip,
		    sip_contact_t *contact, const struct binding_limits *limits, struct change *out)
{
	unsigned seconds = asked_s(sip, contact, limits);
	struct binding wish = { .q = 0 };
	su_home_t home[1] = { SU_HOME_INIT(home) };
	bool good;

	su_home_init(home);
	good = read_one(home, sip, contact, &wish);
	su_home_deinit(home);
	if (!good)
		return BAD;
	if (seconds && seconds < limits->expires_min_s)
		return TOO_BRIEF;
	out->old = find_same(set, &wish);
	if (out->old && is_older(out->old, wish.call_id, wish.cseq))
		return FAILED;
	if (!seconds)
		return 0;
	wish.until_us =
		clock_now_us() + (uint64_t)OSMO_MIN(seconds, limits->expires_max_s) * US_PER_S;
	out->fresh = talloc_memdup(talloc_ctx, &wish, sizeof(wish));
	return out->fresh ? 0 : FAILED;
}

/* The one that is soonest over makes room: phones that come back under another port must not lock themselves out. */
static void make_room(struct bindings *set, unsigned contacts)
{
	while (set->n && set->n >= contacts) {
		struct binding *binding, *first = NULL;

		llist_for_each_entry (binding, &set->list, entry) {
			if (!first || binding->until_us < first->until_us)
				first = binding;
		}
		if (first)
			drop(set, first);
	}
}

static void carry_out(struct bindings *set, struct change *changes, size_t n,
		      const struct binding_flow *flow, unsigned contacts)
{
	for (size_t i = 0; i < n; i++) {
		if (changes[i].old && llist_count(&set->list)) {
			struct binding *binding;

			llist_for_each_entry (binding, &set->list, entry) {
				if (binding != changes[i].old)
					continue;
				drop(set, binding);
				break;
			}
		}
		if (!changes[i].fresh)
			continue;
		make_room(set, contacts);
		changes[i].fresh->flow = *flow;
		insert(set, changes[i].fresh);
	}
}

/* RFC 3261 10.2.2: "Contact: *" takes all away, and stands alone with Expires: 0. */
static int clear_all(struct bindings *set, const sip_t *sip, bool *changed)
{
	struct binding *binding;

	if (sip->sip_contact->m_next || !sip->sip_expires || sip->sip_expires->ex_date ||
	    sip->sip_expires->ex_delta)
		return BAD;
	llist_for_each_entry (binding, &set->list, entry) {
		if (is_older(binding, sip->sip_call_id->i_id, sip->sip_cseq->cs_seq))
			return FAILED;
	}
	*changed = bindings_clear(set);
	return 0;
}

int bindings_update(void *talloc_ctx, struct bindings *set, const sip_t *sip,
		    const struct binding_flow *flow, const struct binding_limits *limits,
		    bool *changed)
{
	struct change changes[BINDINGS_MAX] = { { NULL, NULL } };
	unsigned contacts = OSMO_MIN(limits->contacts, BINDINGS_MAX);
	size_t n = 0;
	int status = 0;

	*changed = bindings_expire(set) > 0;
	if (sip->sip_contact && sip->sip_contact->m_url->url_type == url_any)
		return clear_all(set, sip, changed);
	for (sip_contact_t *c = sip->sip_contact; c && !status; c = c->m_next) {
		if (n == BINDINGS_MAX || c->m_url->url_type == url_any)
			status = BAD;
		else
			status = plan_one(talloc_ctx, set, sip, c, limits, &changes[n++]);
	}
	if (!status && n) {
		carry_out(set, changes, n, flow, contacts);
		*changed = true;
	}
	for (size_t i = 0; status && i < n; i++)
		talloc_free(changes[i].fresh);
	return status;
}

/* Telling */

char *bindings_text(void *talloc_ctx, const struct bindings *set)
{
	char *text = talloc_strdup(talloc_ctx, "");
	const struct binding *binding;

	llist_for_each_entry (binding, &set->list, entry) {
		text = talloc_asprintf_append(text, "%s<%s>;expires=%u", text && *text ? ", " : "",
					      binding->uri, binding_left_s(binding));
		if (binding->q != BINDING_Q_MAX)
			text = talloc_asprintf_append(text, ";q=0.%03u", binding->q);
		if (binding->reg_id)
			text = talloc_asprintf_append(text, ";+sip.instance=%s;reg-id=%u",
						      binding->instance, binding->reg_id);
	}
	return text;
}
