/* Early dialogs. The first takes the INVITE's own nta leg, each further one has one made for it. */
#include "sip/session/early.h"
#include "sip/session/prack.h"
#include "sip/session/way.h"

#include <string.h>
#include <strings.h>

#include <osmocom/core/talloc.h>
#include <sofia-sip/sip_util.h>

struct early {
	struct llist_head entry;
	nta_leg_t *leg;
	struct exchange ex; /* while another one is at hand */
	uint32_t rseq;      /* of the last reliable response; 0: none yet */
	struct prack prack; /* of that */
	char tag[];
};

static struct early *find(const struct session *s, const char *tag)
{
	struct early *early;

	llist_for_each_entry (early, &s->earlies, entry) {
		if (!strcasecmp(early->tag, tag))
			return early;
	}
	return NULL;
}

/* The leg of a dialog that this response is of, which is not the first. */
static nta_leg_t *fork_leg(struct session *s, const sip_t *sip)
{
	return nta_leg_tcreate(agent_nta(s->ground->agent), session_on_request, s,
			       SIPTAG_CALL_ID(sip->sip_call_id), SIPTAG_FROM(sip->sip_from),
			       SIPTAG_TO(sip->sip_to), SIPTAG_CSEQ(sip->sip_cseq), TAG_END());
}

static struct early *add(struct session *s, const sip_t *sip)
{
	const char *tag = sip->sip_to->a_tag;
	bool first = llist_empty(&s->earlies);
	size_t len = strlen(tag) + 1;
	struct early *early;

	if (llist_count(&s->earlies) >= EARLY_MAX)
		return NULL;
	early = talloc_zero_size(s, sizeof(*early) + len);
	if (!early)
		return NULL;
	memcpy(early->tag, tag, len);
	early->leg = first && nta_leg_rtag(s->dialog, tag) ? s->dialog : fork_leg(s, sip);
	if (!early->leg) {
		talloc_free(early);
		return NULL;
	}
	early->ex.open = EXCHANGE_OURS; /* the INVITE's */
	llist_add_tail(&early->entry, &s->earlies);
	return early;
}

/* What it said of its sound is in force again. */
static void take_up(struct session *s, struct early *early)
{
	if (s->early == early)
		return;
	if (s->early) {
		s->early->ex = s->ex;
		s->ex = early->ex;
		if (s->ex.theirs.n_formats)
			session_media_modify(s, &s->ex.rtp);
	} else if (s->dialog != early->leg) { /* the INVITE's own, which no early dialog has */
		nta_leg_destroy(s->dialog);
	}
	s->early = early;
	s->dialog = early->leg;
}

/* RFC 3261 12.1.2 */
static void set_route(struct session *s, const sip_t *sip)
{
	if (session_target_valid(sip))
		nta_leg_client_reroute(s->dialog, sip->sip_record_route, sip->sip_contact, 1);
	way_learn(s);
}

bool early_hear(struct session *s, const sip_t *sip)
{
	struct early *early = find(s, sip->sip_to->a_tag);

	if (!early)
		early = add(s, sip);
	if (!early)
		return false;
	take_up(s, early);
	set_route(s, sip);
	return true;
}

void early_choose(struct session *s, const nta_leg_t *leg)
{
	struct early *early;

	llist_for_each_entry (early, &s->earlies, entry) {
		if (early->leg == leg) {
			take_up(s, early);
			return;
		}
	}
}

static void release(struct session *s, struct early *early)
{
	llist_del(&early->entry);
	prack_stop(&early->prack);
	if (early->leg != s->dialog)
		nta_leg_destroy(early->leg);
	talloc_free(early);
}

void early_drop(struct session *s)
{
	struct early *gone = s->early, *early;

	llist_for_each_entry (early, &s->earlies, entry) {
		if (early == gone)
			continue;
		take_up(s, early);
		release(s, gone);
		return;
	}
}

bool early_win(struct session *s, const sip_t *sip)
{
	const char *tag = sip->sip_to->a_tag;

	if (!tag)
		return false;
	if (llist_empty(&s->earlies) && nta_leg_rtag(s->dialog, tag)) {
		set_route(s, sip);
		return true;
	}
	if (llist_count(&s->earlies) >= EARLY_MAX && !find(s, tag))
		release(s, llist_entry(s->earlies.prev == &s->early->entry ? s->earlies.next
									   : s->earlies.prev,
				       struct early, entry));
	if (!early_hear(s, sip))
		return false;
	early_forget(s);
	return true;
}

void early_forget(struct session *s)
{
	struct early *early, *next;

	llist_for_each_entry_safe (early, next, &s->earlies, entry)
		release(s, early);
	s->early = NULL;
}

nta_leg_t *early_renew(struct session *s, const sip_t *invite)
{
	nta_leg_t *leg;

	if (llist_empty(&s->earlies))
		return s->dialog;
	leg = fork_leg(s, invite);
	if (!leg)
		return NULL;
	early_forget(s);
	nta_leg_destroy(s->dialog);
	s->dialog = leg;
	return leg;
}

bool early_take_reliable(struct session *s, const sip_t *sip)
{
	uint32_t rseq = sip->sip_rseq->rs_response;
	uint32_t *last = s->early ? &s->early->rseq : &s->modify.rseq;

	if (*last && rseq != *last + 1)
		return false;
	*last = rseq;
	prack_send(s->early ? &s->early->prack : &s->modify.prack, s, sip);
	return true;
}
