/* The legs of test lines.
 *
 *   IDLE --SETUP--> [ALERTING --X1--> ] ADDING --ADDED--> ANSWERED <--> SAYING (read-back)
 *   IDLE --CONNECT--> ADDING, when the line is the caller
 *   any of them --> CLEARED: it has said DISCONNECT or RELEASE; any --RELEASE--> [RELEASING] --> gone
 *
 * ADDING waits for the termination: what says CONNECT can be heard. RELEASING waits until it is subtracted,
 * so that RELEASE COMPLETE leaves nothing behind. What a leg says may be answered with RELEASE at once and
 * the leg be freed: saying is the last thing that a function does. */
#include "call/line.h"

#include <stdio.h>
#include <string.h>
#include <osmocom/core/talloc.h>

#include "base/fsm.h"
#include "call/hub.h"
#include "mg/mg.h"

enum line_state {
	ST_IDLE,
	ST_ALERTING,
	ST_ADDING,
	ST_ANSWERED,
	ST_SAYING,
	ST_CLEARED,
	ST_RELEASING,
};

enum line_event {
	EV_SETUP,
	EV_CONNECT,
	EV_DISCONNECT,
	EV_RELEASE,
	EV_ADDED,
	EV_FAILED,
	EV_DIGIT, /* data: the digit */
	EV_DONE,  /* digits have been said */
	EV_SUBTRACTED,
	EV_TIMEOUT, /* of the state */
	EV_ENOUGH,  /* the call has been held long enough, or the tone heard */
};

enum { X_ANSWER = -1, X_DIGIT_GAP = -2 };
enum { DIGIT_GAP_MS = 2000 };
enum { FSM_OBJECTS = 3, FSM_OCTETS = sizeof(struct osmo_fsm_inst) + 2 * TARGET_NAME_MAX + 64 };

struct line_leg {
	struct leg leg;
	struct call_hub *hub;
	struct mg *mg;
	struct line_config line; /* a copy: the configuration may change in mid-call */
	enum { CALLED, CALLING } role;
	struct osmo_fsm_inst *fi;
	struct osmo_timer_list hold;
	unsigned hold_ms;       /* from ANSWERED, or a reject's tone, to EV_ENOUGH; 0: never */
	uint32_t context, term; /* term 0: none */
	enum law law;
	char digits[33]; /* heard so far */
	unsigned n_digits;
};

static struct osmo_fsm line_fsm;

static void change(struct line_leg *l, enum line_state state, unsigned ms, int T)
{
	fsm_change_ms(l->fi, state, ms, T);
}

/* Events of class 001 but the first three are the party's own word, the rest its exchange's. */
static unsigned location_of(unsigned cause)
{
	return cause >= CAUSE_NORMAL && cause <= CAUSE_NORMAL_UNSPECIFIED ? LOC_USER
									  : LOC_PUBLIC_LOCAL;
}

static void say(struct line_leg *l, enum leg_verb verb, unsigned cause, bool inband)
{
	const struct leg_msg msg = {
		.verb = verb,
		.law = l->law == LAW_MULAW ? LEG_LAW_MULAW : LEG_LAW_ALAW,
		.cause = cause,
		.location = location_of(cause),
		.inband = inband,
	};

	call_hears(l->hub, &l->leg, &msg);
}

static void give_up(struct line_leg *l, enum leg_verb verb, unsigned cause)
{
	change(l, ST_CLEARED, 0, 0);
	say(l, verb, cause, false);
}

static void gone(struct line_leg *l)
{
	say(l, LEG_RELEASE_COMPLETE, 0, false);
	talloc_free(l);
}

/* Media */

/* A line that rejects does so, with a tone or without. */
static unsigned cause_without_sound(const struct line_leg *l)
{
	return l->line.kind == LINE_REJECT ? l->line.cause : CAUSE_RESOURCE_UNAVAILABLE;
}

static void on_media(void *data, const struct mg_event *event)
{
	struct line_leg *l = data;
	char digit = event->digit;

	switch (event->kind) {
	case MG_EV_ADDED:
		osmo_fsm_inst_dispatch(l->fi, EV_ADDED, NULL);
		break;
	case MG_EV_SUBTRACTED:
		osmo_fsm_inst_dispatch(l->fi, EV_SUBTRACTED, NULL);
		break;
	case MG_EV_FAILED:
		osmo_fsm_inst_dispatch(l->fi, EV_FAILED, NULL);
		break;
	case MG_EV_DIGIT:
		osmo_fsm_inst_dispatch(l->fi, EV_DIGIT, &digit);
		break;
	case MG_EV_SIGNAL_DONE:
		osmo_fsm_inst_dispatch(l->fi, EV_DONE, NULL);
		break;
	case MG_EV_MODIFIED:
	case MG_EV_DIGIT_OUT:
		break; /* never asked for */
	}
}

static void add_termination(struct line_leg *l)
{
	const struct mg_term term = {
		.kind = MG_LOCAL,
		.local = { .echo = l->line.kind == LINE_ECHO, .law = l->law },
	};
	int64_t id = mg_add(l->mg, l->context, &term, on_media, l);

	if (id < 0) {
		LOGP(DCALL, LOGL_ERROR, "line %s: no termination: %s\n", l->line.name,
		     strerror((int)-id));
		give_up(l, LEG_RELEASE, cause_without_sound(l));
		return;
	}
	l->term = (uint32_t)id;
	change(l, ST_ADDING, 0, 0);
}

/* False when the media gateway refused; the call is then being cleared. */
static bool signal_on(struct line_leg *l, const struct mg_signal *signal)
{
	int rc = mg_signal(l->mg, l->term, signal);

	if (rc == 0)
		return true;
	LOGP(DCALL, LOGL_ERROR, "line %s: no signal: %s\n", l->line.name, strerror(-rc));
	give_up(l, LEG_RELEASE, cause_without_sound(l));
	return false;
}

/* Acts */

/* After alerting, if the line does alert. */
static void take(struct line_leg *l)
{
	if (l->line.kind == LINE_REJECT && l->line.tone == TONE_NONE)
		give_up(l, LEG_RELEASE, l->line.cause);
	else
		add_termination(l);
}

static void on_setup(struct line_leg *l)
{
	if (l->line.kind != LINE_RING && !l->line.answer_ms) {
		take(l);
		return;
	}
	change(l, ST_ALERTING, l->line.kind == LINE_RING ? 0 : l->line.answer_ms, X_ANSWER);
	say(l, LEG_ALERTING, 0, false);
}

static void on_added(struct line_leg *l)
{
	const struct mg_signal tone = { .kind = MG_SIGNAL_TONE, .tone = l->line.tone };

	if ((l->line.kind == LINE_TONE || l->line.kind == LINE_REJECT) && !signal_on(l, &tone))
		return;
	if (l->hold_ms || l->line.kind == LINE_CLEAR)
		osmo_timer_schedule(&l->hold, l->hold_ms / 1000, l->hold_ms % 1000 * 1000);
	if (l->line.kind == LINE_REJECT) {
		change(l, ST_CLEARED, 0, 0);
		say(l, LEG_DISCONNECT, l->line.cause, true);
		return;
	}
	change(l, ST_ANSWERED, 0, 0);
	if (l->role == CALLED)
		say(l, LEG_CONNECT, 0, false);
}

static void read_back(struct line_leg *l)
{
	struct mg_signal signal = { .kind = MG_SIGNAL_DIGITS };

	if (!l->n_digits)
		return;
	memcpy(signal.digits, l->digits, l->n_digits);
	l->n_digits = 0;
	if (signal_on(l, &signal))
		change(l, ST_SAYING, 0, 0);
}

static void on_digit(struct line_leg *l, char digit)
{
	if (l->line.kind != LINE_READBACK)
		return;
	if (digit == '#') {
		read_back(l);
		return;
	}
	l->digits[l->n_digits++] = digit;
	if (l->n_digits == sizeof(l->digits) - 1)
		read_back(l);
	else
		change(l, ST_ANSWERED, DIGIT_GAP_MS, X_DIGIT_GAP);
}

static void on_enough(struct line_leg *l)
{
	if (l->fi->state == ST_CLEARED) /* the tone has been heard */
		say(l, LEG_RELEASE, l->line.cause, false);
	else
		give_up(l, LEG_DISCONNECT,
			l->line.kind == LINE_CLEAR ? l->line.cause : CAUSE_NORMAL);
}

static void on_release(struct line_leg *l)
{
	osmo_timer_del(&l->hold);
	if (l->term && mg_subtract(l->mg, l->term) == 0)
		change(l, ST_RELEASING, 0, 0);
	else
		gone(l); /* the destructor forgets a termination that could not be subtracted */
}

/* States */

static void idle_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	(void)data;
	if (event == EV_SETUP)
		on_setup(fi->priv);
	else
		add_termination(fi->priv);
}

static void alerting_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	(void)event, (void)data;
	take(fi->priv);
}

static void adding_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct line_leg *l = fi->priv;

	(void)data;
	if (event == EV_ADDED) {
		on_added(l);
	} else if (event == EV_FAILED) {
		l->term = 0;
		give_up(l, LEG_RELEASE, cause_without_sound(l));
	}
}

static void answered_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct line_leg *l = fi->priv;

	switch (event) {
	case EV_DIGIT:
		on_digit(l, *(const char *)data);
		break;
	case EV_TIMEOUT:
		read_back(l);
		break;
	case EV_ENOUGH:
		on_enough(l);
		break;
	}
}

/* What is keyed meanwhile is not listened to. */
static void saying_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	(void)data;
	if (event == EV_DONE)
		change(fi->priv, ST_ANSWERED, 0, 0);
	else if (event == EV_ENOUGH)
		on_enough(fi->priv);
}

static void cleared_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	(void)data;
	if (event == EV_ENOUGH)
		on_enough(fi->priv);
}

static void releasing_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct line_leg *l = fi->priv;

	(void)data;
	if (event != EV_SUBTRACTED)
		return;
	l->term = 0;
	gone(l);
}

static void any_action(struct osmo_fsm_inst *fi, uint32_t event, void *data)
{
	struct line_leg *l = fi->priv;

	(void)data;
	if (event == EV_RELEASE && fi->state != ST_RELEASING)
		on_release(l);
	else if (event == EV_DISCONNECT && fi->state < ST_CLEARED)
		give_up(l, LEG_RELEASE, CAUSE_NORMAL); /* no one here listens to announcements */
}

static int on_timer(struct osmo_fsm_inst *fi)
{
	osmo_fsm_inst_dispatch(fi, EV_TIMEOUT, NULL);
	return 0; /* fi may be gone */
}

static void on_hold(void *data)
{
	struct line_leg *l = data;

	osmo_fsm_inst_dispatch(l->fi, EV_ENOUGH, NULL);
}

/* The leg */

static void line_tell(struct leg *leg, const struct leg_msg *msg)
{
	struct line_leg *l = container_of(leg, struct line_leg, leg);

	if (msg->law != LEG_LAW_ANY && l->fi->state == ST_IDLE)
		l->law = msg->law == LEG_LAW_MULAW ? LAW_MULAW : LAW_ALAW;
	switch (msg->verb) {
	case LEG_SETUP:
		l->context = msg->setup.context;
		osmo_fsm_inst_dispatch(l->fi, EV_SETUP, NULL);
		break;
	case LEG_CONNECT:
		l->context = call_context(leg->call);
		osmo_fsm_inst_dispatch(l->fi, EV_CONNECT, NULL);
		break;
	case LEG_DISCONNECT:
		osmo_fsm_inst_dispatch(l->fi, EV_DISCONNECT, NULL);
		break;
	case LEG_RELEASE:
		osmo_fsm_inst_dispatch(l->fi, EV_RELEASE, NULL);
		break;
	}
}

static void line_describe(const struct leg *leg, char *out, unsigned size)
{
	const struct line_leg *l = container_of(leg, struct line_leg, leg);

	snprintf(out, size, "test line %s, %s", l->line.name, osmo_fsm_inst_state_name(l->fi));
}

static uint32_t line_termination(const struct leg *leg)
{
	return container_of(leg, struct line_leg, leg)->term;
}

static const struct leg_ops line_ops = {
	.tell = line_tell,
	.describe = line_describe,
	.termination = line_termination,
};

static int leg_destructor(struct line_leg *l)
{
	osmo_timer_del(&l->hold);
	if (l->term) {
		mg_subtract(l->mg, l->term);
		mg_forget(l->mg, l->term);
	}
	osmo_fsm_inst_free(l->fi);
	return 0;
}

static struct line_leg *leg_new(struct call_hub *hub, const struct line_config *config)
{
	struct line_leg *l = talloc_pooled_object(hub, struct line_leg, FSM_OBJECTS, FSM_OCTETS);

	if (!l)
		return NULL;
	*l = (struct line_leg){ .hub = hub, .mg = hub->mg, .line = *config };
	l->leg.ops = &line_ops;
	l->leg.via = l->line.name;
	l->leg.kind = TARGET_LINE;
	l->hold_ms = config->clear_ms;
	l->fi = osmo_fsm_inst_alloc(&line_fsm, l, l, LOGL_DEBUG, NULL);
	if (!l->fi) {
		talloc_free(l);
		return NULL;
	}
	osmo_timer_setup(&l->hold, on_hold, l);
	talloc_set_destructor(l, leg_destructor);
	return l;
}

unsigned line_seize(struct call_hub *hub, const struct line_config *config, struct leg **leg,
		    const char **why)
{
	struct line_leg *l = leg_new(hub, config);

	if (!l) {
		*why = "out of memory";
		return CAUSE_RESOURCE_UNAVAILABLE;
	}
	*leg = &l->leg;
	return 0;
}

bool line_can_call(const struct line_config *config)
{
	return config->kind != LINE_RING && config->kind != LINE_REJECT;
}

struct leg *line_caller(struct call_hub *hub, const struct line_config *config, unsigned hold_ms)
{
	struct line_leg *l = leg_new(hub, config);

	if (!l)
		return NULL;
	l->role = CALLING;
	if (hold_ms)
		l->hold_ms = hold_ms;
	return &l->leg;
}

void line_discard(struct leg *leg)
{
	if (leg)
		talloc_free(container_of(leg, struct line_leg, leg));
}

#define S(x) (1u << (x))

static const struct osmo_fsm_state states[] = {
	[ST_IDLE] = {
		.name = "idle",
		.in_event_mask = S(EV_SETUP) | S(EV_CONNECT),
		.out_state_mask = S(ST_ALERTING) | S(ST_ADDING) | S(ST_CLEARED),
		.action = idle_action,
	},
	[ST_ALERTING] = {
		.name = "alerting",
		.in_event_mask = S(EV_TIMEOUT),
		.out_state_mask = S(ST_ADDING) | S(ST_CLEARED),
		.action = alerting_action,
	},
	[ST_ADDING] = {
		.name = "adding",
		.in_event_mask = S(EV_ADDED) | S(EV_FAILED) | S(EV_DIGIT),
		.out_state_mask = S(ST_ANSWERED) | S(ST_CLEARED) | S(ST_RELEASING),
		.action = adding_action,
	},
	[ST_ANSWERED] = {
		.name = "answered",
		.in_event_mask = S(EV_DIGIT) | S(EV_DONE) | S(EV_TIMEOUT) | S(EV_ENOUGH),
		.out_state_mask = S(ST_ANSWERED) | S(ST_SAYING) | S(ST_CLEARED) | S(ST_RELEASING),
		.action = answered_action,
	},
	[ST_SAYING] = {
		.name = "saying",
		.in_event_mask = S(EV_DIGIT) | S(EV_DONE) | S(EV_ENOUGH),
		.out_state_mask = S(ST_ANSWERED) | S(ST_CLEARED) | S(ST_RELEASING),
		.action = saying_action,
	},
	[ST_CLEARED] = {
		.name = "cleared",
		.in_event_mask = S(EV_ADDED) | S(EV_FAILED) | S(EV_DIGIT) | S(EV_DONE) |
				 S(EV_ENOUGH),
		.out_state_mask = S(ST_RELEASING),
		.action = cleared_action,
	},
	[ST_RELEASING] = {
		.name = "releasing",
		.in_event_mask = S(EV_ADDED) | S(EV_FAILED) | S(EV_DIGIT) | S(EV_DONE) |
				 S(EV_SUBTRACTED),
		.action = releasing_action,
	},
};

static const struct value_string event_names[] = {
	{ EV_SETUP, "SETUP" },     { EV_CONNECT, "CONNECT" }, { EV_DISCONNECT, "DISCONNECT" },
	{ EV_RELEASE, "RELEASE" }, { EV_ADDED, "ADDED" },     { EV_FAILED, "FAILED" },
	{ EV_DIGIT, "DIGIT" },     { EV_DONE, "DONE" },       { EV_SUBTRACTED, "SUBTRACTED" },
	{ EV_TIMEOUT, "TIMEOUT" }, { EV_ENOUGH, "ENOUGH" },   { 0, NULL }
};

static struct osmo_fsm line_fsm = {
	.name = "line",
	.states = states,
	.num_states = ARRAY_SIZE(states),
	.allstate_event_mask = S(EV_DISCONNECT) | S(EV_RELEASE),
	.allstate_action = any_action,
	.timer_cb = on_timer,
	.log_subsys = DCALL,
	.event_names = event_names,
};

static __attribute__((constructor)) void register_fsm(void)
{
	OSMO_ASSERT(osmo_fsm_register(&line_fsm) == 0);
}
