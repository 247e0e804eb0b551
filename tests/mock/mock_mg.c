/* See mock_mg.h. */
#include "tests/mock/mock_mg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct mg *mock_mg_new(void)
{
	return calloc(1, sizeof(struct mg));
}

void mock_mg_free(struct mg *mg)
{
	free(mg);
}

static struct mock_term *term_of(struct mg *mg, uint32_t id)
{
	for (unsigned i = 0; id && i < MOCK_MG_TERMS; i++) {
		if (mg->terms[i].id == id)
			return &mg->terms[i];
	}
	return NULL;
}

static void queue(struct mg *mg, const struct mock_term *t, enum mg_event_kind kind, int error)
{
	struct mg_event *event;

	if (mg->n_events == MOCK_MG_EVENTS)
		abort();
	event = &mg->events[(mg->first + mg->n_events++) % MOCK_MG_EVENTS];
	*event = (struct mg_event){
		.kind = kind, .context = t->context, .term = t->id, .error = error
	};
	event->stats = t->stats;
	if (kind == MG_EV_ADDED && t->what.kind == MG_RTP)
		event->local = mg->local;
}

/* What has been subtracted says nothing but that. */
static void deliver(struct mg *mg, const struct mg_event *event)
{
	struct mock_term *t = term_of(mg, event->term);
	struct mock_term was;

	if (!t || (t->leaving && event->kind != MG_EV_SUBTRACTED))
		return;
	was = *t;
	if (event->kind == MG_EV_SUBTRACTED || event->kind == MG_EV_FAILED)
		*t = (struct mock_term){ 0 };
	if (was.on_event)
		was.on_event(was.data, event);
}

void mock_mg_run(struct mg *mg)
{
	while (mg->n_events) {
		struct mg_event event = mg->events[mg->first];

		mg->first = (mg->first + 1) % MOCK_MG_EVENTS;
		mg->n_events--;
		deliver(mg, &event);
	}
}

void mock_mg_event(struct mg *mg, uint32_t term, enum mg_event_kind kind, char digit)
{
	const struct mg_event event = { .kind = kind, .term = term, .digit = digit };

	deliver(mg, &event);
}

struct mock_term *mock_mg_find(struct mg *mg, uint32_t context, enum mg_kind kind)
{
	for (unsigned i = 0; i < MOCK_MG_TERMS; i++) {
		struct mock_term *t = &mg->terms[i];

		if (t->id && t->context == context && t->what.kind == kind)
			return t;
	}
	return NULL;
}

unsigned mock_mg_count(const struct mg *mg)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MOCK_MG_TERMS; i++)
		n += mg->terms[i].id != 0;
	return n;
}

uint32_t mg_context(struct mg *mg)
{
	return ++mg->last_context;
}

int64_t mg_add(struct mg *mg, uint32_t context, const struct mg_term *term, mg_event_cb on_event,
	       void *data)
{
	struct mock_term *t = mg->terms;

	if (mg->refuse_add)
		return mg->refuse_add;
	while (t < mg->terms + MOCK_MG_TERMS && t->id)
		t++;
	if (t == mg->terms + MOCK_MG_TERMS)
		return -EMFILE;
	*t = (struct mock_term){ .id = ++mg->last_term,
				 .context = context,
				 .what = *term,
				 .on_event = on_event,
				 .data = data };
	queue(mg, t, mg->fail_add ? MG_EV_FAILED : MG_EV_ADDED, mg->fail_add);
	return t->id;
}

int mg_modify(struct mg *mg, uint32_t term, const struct mg_term *to)
{
	struct mock_term *t = term_of(mg, term);

	if (!t || t->leaving)
		return -EINVAL;
	t->what = *to;
	queue(mg, t, MG_EV_MODIFIED, 0);
	return 0;
}

int mg_press(struct mg *mg, uint32_t term, char digit)
{
	struct mock_term *t = term_of(mg, term);
	size_t len = t ? strlen(t->pressed) : 0;

	if (!t || t->leaving)
		return -ENOENT;
	if (len + 1 < sizeof(t->pressed))
		t->pressed[len] = digit;
	return 0;
}

int mg_move(struct mg *mg, uint32_t term, uint32_t context)
{
	struct mock_term *t = term_of(mg, term);

	if (!t || t->leaving)
		return -ENOENT;
	t->context = context;
	return 0;
}

int mg_signal(struct mg *mg, uint32_t term, const struct mg_signal *signal)
{
	struct mock_term *t = term_of(mg, term);

	if (mg->refuse_signal)
		return mg->refuse_signal;
	if (!t || t->leaving)
		return -EINVAL;
	t->signal = *signal;
	if (signal->kind == MG_SIGNAL_DIGITS)
		queue(mg, t, MG_EV_SIGNAL_DONE, 0);
	return 0;
}

int mg_subtract(struct mg *mg, uint32_t term)
{
	struct mock_term *t = term_of(mg, term);

	if (mg->refuse_subtract)
		return mg->refuse_subtract;
	if (!t || t->leaving)
		return -EINVAL;
	t->leaving = true;
	queue(mg, t, MG_EV_SUBTRACTED, 0);
	return 0;
}

void mg_forget(struct mg *mg, uint32_t term)
{
	struct mock_term *t = term_of(mg, term);

	if (t)
		t->on_event = NULL;
}

void mg_each(const struct mg *mg, uint32_t context,
	     bool (*fn)(void *data, const struct mg_status *status), void *data)
{
	for (unsigned i = 0; i < MOCK_MG_TERMS; i++) {
		const struct mock_term *t = &mg->terms[i];
		const struct mg_status status = {
			.id = t->id, .context = t->context, .term = t->what, .stats = t->stats
		};

		if (t->id && !t->leaving && (!context || t->context == context) &&
		    !fn(data, &status))
			return;
	}
}
