/* See mock_leg.h. */
#include "tests/mock/mock_leg.h"

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mock_leg_body {
	struct leg leg;
	struct mock_leg *mock;
};

static void on_tell(struct leg *leg, const struct leg_msg *msg)
{
	struct mock_leg *mock = container_of(leg, struct mock_leg_body, leg)->mock;

	if (mock->n_told < MOCK_TOLD)
		mock->told[mock->n_told++] = *msg;
	for (unsigned i = 0; i < mock->n_replies && mock->leg; i++) {
		const struct mock_reply *reply = &mock->replies[i];

		if (reply->to == msg->verb)
			mock_leg_say(mock, reply->verb, reply->cause, reply->inband);
	}
	if (msg->verb == LEG_RELEASE && !mock->lingers && mock->leg)
		mock_leg_say(mock, LEG_RELEASE_COMPLETE, 0, false);
}

static void on_describe(const struct leg *leg, char *out, unsigned size)
{
	snprintf(out, size, "mock %s", leg->via);
}

static uint32_t termination(const struct leg *leg)
{
	return container_of(leg, const struct mock_leg_body, leg)->mock->term;
}

static const struct leg_ops ops = {
	.tell = on_tell,
	.describe = on_describe,
	.termination = termination,
};

void mock_leg_open(struct mock_leg *mock, struct call_hub *hub, enum target_kind kind,
		   const char *via)
{
	struct mock_leg_body *body = talloc_zero(NULL, struct mock_leg_body);

	mock->leg = NULL;
	if (!body)
		return;
	body->mock = mock;
	body->leg.ops = &ops;
	body->leg.via = via;
	body->leg.kind = kind;
	mock->leg = &body->leg;
	mock->hub = hub;
	mock->n_told = 0;
}

void mock_leg_close(struct mock_leg *mock)
{
	if (mock->leg)
		talloc_free(container_of(mock->leg, struct mock_leg_body, leg));
	mock->leg = NULL;
}

void mock_leg_teach(struct mock_leg *mock, uint8_t to, uint8_t verb, uint8_t cause, bool inband)
{
	if (mock->n_replies == MOCK_REPLIES)
		abort();
	mock->replies[mock->n_replies++] =
		(struct mock_reply){ .to = to, .verb = verb, .cause = cause, .inband = inband };
}

void mock_leg_setup(struct mock_leg *mock, const char *calling, const char *called)
{
	struct leg_msg msg = { .verb = LEG_SETUP };

	snprintf(msg.setup.calling.digits, sizeof(msg.setup.calling.digits), "%s", calling);
	snprintf(msg.setup.called.digits, sizeof(msg.setup.called.digits), "%s", called);
	call_hears(mock->hub, mock->leg, &msg);
}

void mock_leg_dial(struct mock_leg *mock, const char *digits)
{
	struct leg_msg msg = { .verb = LEG_SETUP, .setup = { .incomplete = true } };

	snprintf(msg.setup.called.digits, sizeof(msg.setup.called.digits), "%s", digits);
	call_hears(mock->hub, mock->leg, &msg);
}

void mock_leg_key(struct mock_leg *mock, const char *digits, bool complete)
{
	struct leg_msg msg = { .verb = LEG_INFORMATION, .complete = complete };

	snprintf(msg.digits, sizeof(msg.digits), "%s", digits);
	call_hears(mock->hub, mock->leg, &msg);
}

void mock_leg_says(struct mock_leg *mock, const struct leg_msg *msg)
{
	call_hears(mock->hub, mock->leg, msg);
	if (msg->verb == LEG_RELEASE_COMPLETE)
		mock_leg_close(mock);
}

void mock_leg_say(struct mock_leg *mock, uint8_t verb, uint8_t cause, bool inband)
{
	const struct leg_msg msg = { .verb = verb, .cause = cause, .inband = inband };

	mock_leg_says(mock, &msg);
}

unsigned mock_leg_count(const struct mock_leg *mock, uint8_t verb)
{
	unsigned n = 0;

	for (unsigned i = 0; i < mock->n_told; i++)
		n += mock->told[i].verb == verb;
	return n;
}

const struct leg_msg *mock_leg_told(const struct mock_leg *mock, uint8_t verb)
{
	for (unsigned i = mock->n_told; i > 0; i--) {
		if (mock->told[i - 1].verb == verb)
			return &mock->told[i - 1];
	}
	return NULL;
}

static unsigned on_probe(void *data, const struct leg_setup *setup,
			 char channel[static TARGET_CHANNEL_MAX], const char **why)
{
	const struct mock_target *mock = data;

	(void)setup, (void)channel;
	*why = "mock refuses";
	return mock->cause;
}

static void on_load(void *data, struct trunk_load *out)
{
	const struct mock_target *mock = data;

	*out = mock->load;
}

static unsigned on_seize(void *data, const struct leg_setup *setup, struct leg **leg,
			 const char **why)
{
	struct mock_target *mock = data;

	mock->precedence = setup->precedence;
	mock->asked++;
	if (mock->cause) {
		*why = "mock refuses";
		return mock->cause;
	}
	if (mock->leg->leg) {
		*why = "no free channel";
		return 34;
	}
	mock_leg_open(mock->leg, mock->hub, mock->target.kind, mock->target.name);
	if (!mock->leg->leg) {
		*why = "out of memory";
		return 47;
	}
	snprintf(mock->leg->leg->channel, sizeof(mock->leg->leg->channel), "mock/1");
	*leg = mock->leg->leg;
	return 0;
}

void mock_target_open(struct mock_target *mock, struct call_hub *hub, enum target_kind kind,
		      const char *name, struct mock_leg *leg)
{
	*mock = (struct mock_target){ .hub = hub, .leg = leg };
	mock->target.kind = kind;
	snprintf(mock->target.name, sizeof(mock->target.name), "%s", name);
	mock->target.data = mock;
	mock->target.seize = on_seize;
	mock->target.probe = on_probe;
	mock->target.load = on_load;
	target_register(hub, &mock->target);
}
