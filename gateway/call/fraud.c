/* Rules and their accounts. An account counts the calls of one rule, or of one caller or source under it. */
#include "call/fraud.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"

enum { ACCOUNTS = 256, TIDY_S = 5, OF_MAX = LEG_DIGITS_MAX + 1 };
enum { US_PER_MIN = 60000000, US_PER_S = 1000000, S_PER_HOUR = 3600, PERCENT = 100 };

struct account {
	char of[OF_MAX];
	uint64_t used_us;
	unsigned calls;        /* now */
	unsigned talking;      /* of them, answered */
	uint64_t answered_sum; /* of their answer_us */
	int64_t hour, day;     /* which the next two are of */
	unsigned calls_this_hour;
	uint64_t talk_us; /* of calls that ended today */
	bool blocked;
	uint64_t until_us; /* 0: until `unblock` */
	uint64_t refused;
};

struct rule {
	struct fraud_rule_config config;
	uint32_t serial;
	unsigned n_accounts;
	struct account *accounts; /* the first counts all that the others have no room for */
};

struct fraud {
	void (*watch)(void *data);
	void *watch_data;
	struct rule rules[FRAUD_RULES_MAX];
	size_t n_rules;
	uint32_t last_serial;
	struct osmo_timer_list tidy;
};

/* Time */

struct now {
	uint64_t us;
	int64_t hour, day;
	struct tm tm;
};

static struct now read_now(void)
{
	const time_t wall = clock_wall().tv_sec;
	struct now now = { .us = clock_now_us() };

	localtime_r(&wall, &now.tm);
	now.hour = wall / S_PER_HOUR;
	now.day = (int64_t)now.tm.tm_year * 366 + now.tm.tm_yday;
	return now;
}

static void turn_pages(struct account *account, const struct now *now)
{
	if (account->hour != now->hour) {
		account->hour = now->hour;
		account->calls_this_hour = 0;
	}
	if (account->day != now->day) {
		account->day = now->day;
		account->talk_us = 0;
	}
	if (account->blocked && account->until_us && now->us >= account->until_us)
		account->blocked = false;
}

static uint64_t talk_us(const struct account *account, uint64_t now_us)
{
	return account->talk_us + account->talking * now_us - account->answered_sum;
}

static bool is_time(const struct fraud_rule_config *rule, const struct tm *tm)
{
	const unsigned hour = (unsigned)tm->tm_hour;

	if (!(rule->days & 1u << tm->tm_wday))
		return false;
	if (rule->hour_first == rule->hour_end)
		return true;
	if (rule->hour_first < rule->hour_end)
		return hour >= rule->hour_first && hour < rule->hour_end;
	return hour >= rule->hour_first || hour < rule->hour_end;
}

/* Accounts */

/* NULL: none yet; *idle: one that may become it, NULL when there is none. */
static struct account *seek_account(const struct rule *rule, const char *of, struct account **idle)
{
	*idle = NULL;
	if (rule->n_accounts == 1)
		return rule->accounts;
	for (unsigned i = 1; i < rule->n_accounts; i++) {
		struct account *account = &rule->accounts[i];

		if (account->used_us && strcmp(account->of, of) == 0)
			return account;
		if (!account->calls && !account->blocked &&
		    (!*idle || account->used_us < (*idle)->used_us))
			*idle = account;
	}
	return *idle ? NULL : rule->accounts;
}

static struct account *find_account(struct rule *rule, const char *of, uint64_t now_us)
{
	struct account *idle, *account = seek_account(rule, of, &idle);

	if (account || !idle)
		return account;
	*idle = (struct account){ .used_us = now_us };
	snprintf(idle->of, sizeof(idle->of), "%s", of);
	return idle;
}

static bool applies(const struct fraud_rule_config *rule, enum target_kind kind, const char *from,
		    const char *called)
{
	if (!rule->from_any && (rule->from.kind != kind || strcmp(rule->from.name, from) != 0))
		return false;
	return !strncmp(called, rule->called, strlen(rule->called));
}

/* The share of its figures that is used, per cent: the largest. */
static unsigned percent_used(const struct fraud_rule_config *rule, const struct account *account,
			     uint64_t now_us)
{
	const struct {
		uint64_t used, max;
	} figures[] = {
		{ account->calls, rule->calls },
		{ account->calls_this_hour, rule->calls_per_hour },
		{ talk_us(account, now_us), (uint64_t)rule->minutes_per_day * US_PER_MIN },
	};
	uint64_t most = 0;

	for (unsigned i = 0; i < 3; i++) {
		if (figures[i].max && figures[i].used * PERCENT / figures[i].max > most)
			most = figures[i].used * PERCENT / figures[i].max;
	}
	return most < UINT16_MAX ? (unsigned)most : UINT16_MAX;
}

/* Which of its figures are used up: the next call would go beyond. */
static const char *used_up(const struct fraud_rule_config *rule, const struct account *account,
			   uint64_t now_us)
{
	if (rule->calls_per_hour && account->calls_this_hour >= rule->calls_per_hour)
		return "calls an hour";
	if (rule->minutes_per_day &&
	    talk_us(account, now_us) >= (uint64_t)rule->minutes_per_day * US_PER_MIN)
		return "minutes a day";
	return NULL;
}

/* Alarms */

static void say_alarm(const struct rule *rule, enum alarm_kind kind, const struct account *account,
		      const char *what)
{
	char text[ALARM_TEXT_MAX];

	if (!account) {
		alarm_clear(kind, rule->config.name);
		return;
	}
	snprintf(text, sizeof(text), "%s%s%s", what, *account->of ? ", by " : "", account->of);
	alarm_raise(kind, rule->config.name, "", text);
}

static void review(struct rule *rule, uint64_t now_us)
{
	const struct account *near = NULL, *blocked = NULL;

	for (unsigned i = 0; i < rule->n_accounts; i++) {
		const struct account *account = &rule->accounts[i];

		if (account->blocked)
			blocked = account;
		if (account->used_us &&
		    percent_used(&rule->config, account, now_us) >= rule->config.alarm_percent)
			near = account;
	}
	say_alarm(rule, ALARM_FRAUD_NEAR, near, "nearly all that it allows is used");
	say_alarm(rule, ALARM_FRAUD_BLOCKED, blocked, "calls are refused");
}

static void block(const struct rule *rule, struct account *account, const char *why,
		  uint64_t now_us)
{
	const struct fraud_rule_config *config = &rule->config;

	LOGP(DCALL, LOGL_NOTICE, "fraud rule %s: %s used up%s%s; calls are %s\n", config->name, why,
	     *account->of ? " by " : "", account->of,
	     config->only_alarm ? "let through all the same" : "refused");
	if (config->only_alarm)
		return;
	account->blocked = true;
	account->until_us =
		config->block_min ? now_us + (uint64_t)config->block_min * US_PER_MIN : 0;
}

/* Calls */

/* Whose calls are counted together. */
static const char *key_of(const struct fraud_rule_config *rule, const char *from,
			  const struct leg_setup *setup)
{
	if (rule->each == FRAUD_EACH_SOURCE)
		return from;
	return rule->each == FRAUD_EACH_CALLER ? setup->calling.digits : "";
}

static bool is_beyond(const struct fraud_rule_config *config, const struct account *account,
		      uint64_t now_us)
{
	if (account->blocked)
		return true;
	return !config->only_alarm && (used_up(config, account, now_us) ||
				       (config->calls && account->calls >= config->calls));
}

/* False: the call goes beyond. */
static bool take(const struct rule *rule, struct account *account, const struct now *now)
{
	const struct fraud_rule_config *config = &rule->config;
	const char *why;
	bool beyond;

	turn_pages(account, now);
	account->used_us = now->us;
	beyond = is_beyond(config, account, now->us);
	why = account->blocked ? NULL : used_up(config, account, now->us);
	if (why)
		block(rule, account, why, now->us);
	if (beyond) {
		account->refused++;
		if (account->blocked)
			say_alarm(rule, ALARM_FRAUD_BLOCKED, account, "calls are refused");
		return false;
	}
	account->calls++;
	account->calls_this_hour++;
	if (percent_used(config, account, now->us) >= config->alarm_percent)
		say_alarm(rule, ALARM_FRAUD_NEAR, account, "nearly all that it allows is used");
	return true;
}

unsigned fraud_would_refuse(const struct fraud *fraud, enum target_kind kind, const char *from,
			    const struct leg_setup *setup, const char **rule_name)
{
	const struct now now = read_now();

	for (size_t i = 0; i < fraud->n_rules; i++) {
		const struct rule *rule = &fraud->rules[i];
		struct account *idle, *account, as_if = { 0 };

		if (!applies(&rule->config, kind, from, setup->called.digits) ||
		    !is_time(&rule->config, &now.tm))
			continue;
		account = seek_account(rule, key_of(&rule->config, from, setup), &idle);
		if (account)
			as_if = *account;
		turn_pages(&as_if, &now);
		*rule_name = rule->config.name;
		if (is_beyond(&rule->config, &as_if, now.us))
			return rule->config.cause;
	}
	return 0;
}

static void watch_later(struct fraud *fraud)
{
	if (!osmo_timer_pending(&fraud->tidy))
		osmo_timer_schedule(&fraud->tidy, TIDY_S, 0);
}

unsigned fraud_admit(struct fraud *fraud, struct fraud_use *use, enum target_kind kind,
		     const char *from, const struct leg_setup *setup, const char **rule_name)
{
	const struct now now = read_now();

	if (setup->precedence != LEG_ROUTINE)
		return 0;
	for (size_t i = 0; i < fraud->n_rules; i++) {
		struct rule *rule = &fraud->rules[i];
		struct account *account;

		if ((use->rules & 1u << i) ||
		    !applies(&rule->config, kind, from, setup->called.digits) ||
		    !is_time(&rule->config, &now.tm))
			continue;
		account = find_account(rule, key_of(&rule->config, from, setup), now.us);
		*rule_name = rule->config.name;
		if (!take(rule, account, &now)) {
			watch_later(fraud);
			return rule->config.cause;
		}
		use->rules |= 1u << i;
		use->serial[i] = rule->serial;
		use->account[i] = (uint16_t)(account - rule->accounts);
	}
	if (use->rules)
		watch_later(fraud);
	return 0;
}

/* The account behind use's bit i; NULL when its rule is gone. */
static struct account *account_of(const struct fraud *fraud, const struct fraud_use *use,
				  unsigned i, const struct rule **out)
{
	if (!(use->rules & 1u << i))
		return NULL;
	for (size_t r = 0; r < fraud->n_rules; r++) {
		if (fraud->rules[r].serial != use->serial[i])
			continue;
		*out = &fraud->rules[r];
		return &fraud->rules[r].accounts[use->account[i]];
	}
	return NULL;
}

void fraud_answered(struct fraud *fraud, struct fraud_use *use)
{
	const struct rule *rule;

	if (use->answer_us)
		return;
	use->answer_us = clock_now_us();
	for (unsigned i = 0; i < FRAUD_RULES_MAX; i++) {
		struct account *account = account_of(fraud, use, i, &rule);

		if (!account)
			continue;
		account->talking++;
		account->answered_sum += use->answer_us;
	}
}

void fraud_ended(struct fraud *fraud, struct fraud_use *use)
{
	const struct now now = read_now();
	const struct rule *rule;

	for (unsigned i = 0; i < FRAUD_RULES_MAX; i++) {
		struct account *account = account_of(fraud, use, i, &rule);

		if (!account)
			continue;
		turn_pages(account, &now);
		account->calls--;
		if (!use->answer_us)
			continue;
		account->talking--;
		account->answered_sum -= use->answer_us;
		account->talk_us += now.us - use->answer_us;
	}
	use->rules = 0;
}

bool fraud_cuts(const struct fraud *fraud, const struct fraud_use *use)
{
	const struct rule *rule;

	for (unsigned i = 0; i < FRAUD_RULES_MAX; i++) {
		const struct account *account = account_of(fraud, use, i, &rule);

		if (account && account->blocked && rule->config.cut)
			return true;
	}
	return false;
}

/* Minutes run on while nobody calls. True when something is to be watched. */
static bool watch_rule(struct rule *rule, const struct now *now)
{
	bool more = false;

	for (unsigned i = 0; i < rule->n_accounts; i++) {
		struct account *account = &rule->accounts[i];
		const char *why;

		if (!account->used_us)
			continue;
		turn_pages(account, now);
		why = account->blocked || !account->talking
			      ? NULL
			      : used_up(&rule->config, account, now->us);
		if (why && !rule->config.only_alarm)
			block(rule, account, why, now->us);
		more |= account->calls || account->blocked || account->calls_this_hour;
	}
	review(rule, now->us);
	return more;
}

static void on_tidy(void *data)
{
	struct fraud *fraud = data;
	const struct now now = read_now();
	bool more = false;

	for (size_t i = 0; i < fraud->n_rules; i++)
		more |= watch_rule(&fraud->rules[i], &now);
	if (more)
		osmo_timer_schedule(&fraud->tidy, TIDY_S, 0);
	fraud->watch(fraud->watch_data);
}

/* Birth, configuration, end */

static void forget_alarms(const struct rule *rule)
{
	alarm_clear(ALARM_FRAUD_NEAR, rule->config.name);
	alarm_clear(ALARM_FRAUD_BLOCKED, rule->config.name);
}

struct fraud *fraud_new(void *talloc_ctx, void (*watch)(void *data), void *data)
{
	struct fraud *fraud = talloc_zero(talloc_ctx, struct fraud);

	if (!fraud)
		return NULL;
	fraud->watch = watch;
	fraud->watch_data = data;
	osmo_timer_setup(&fraud->tidy, on_tidy, fraud);
	return fraud;
}

void fraud_free(struct fraud *fraud)
{
	if (!fraud)
		return;
	for (size_t i = 0; i < fraud->n_rules; i++)
		forget_alarms(&fraud->rules[i]);
	osmo_timer_del(&fraud->tidy);
	talloc_free(fraud);
}

static struct rule *find_rule(struct fraud *fraud, const char *name)
{
	for (size_t i = 0; i < fraud->n_rules; i++) {
		if (strcmp(fraud->rules[i].config.name, name) == 0)
			return &fraud->rules[i];
	}
	return NULL;
}

/* With what was counted under its name, as long as it counts the same. False without memory. */
static bool make_rule(struct fraud *fraud, const struct fraud_rule_config *config, struct rule *out)
{
	struct rule *old = find_rule(fraud, config->name);

	*out = (struct rule){
		.config = *config,
		.serial = ++fraud->last_serial,
		.n_accounts = config->each == FRAUD_TOGETHER ? 1 : ACCOUNTS,
	};
	if (old && old->config.each == config->each) {
		out->accounts = talloc_memdup(fraud, old->accounts,
					      old->n_accounts * sizeof(struct account));
		out->serial = old->serial;
	} else {
		out->accounts = talloc_zero_array(fraud, struct account, out->n_accounts);
	}
	return out->accounts;
}

int fraud_apply(struct fraud *fraud, const struct fraud_config *config)
{
	struct rule rules[FRAUD_RULES_MAX];
	size_t n = 0;

	while (n < config->n_rules && n < FRAUD_RULES_MAX &&
	       make_rule(fraud, &config->rules[n], &rules[n]))
		n++;
	if (n < config->n_rules && n < FRAUD_RULES_MAX) {
		while (n)
			talloc_free(rules[--n].accounts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < fraud->n_rules; i++) {
		forget_alarms(&fraud->rules[i]);
		talloc_free(fraud->rules[i].accounts);
	}
	memcpy(fraud->rules, rules, n * sizeof(rules[0]));
	fraud->n_rules = n;
	for (size_t i = 0; i < n; i++)
		review(&fraud->rules[i], clock_now_us());
	return 0;
}

/* For people */

static struct fraud_status status_of(const struct rule *rule, const struct account *account,
				     uint64_t now_us)
{
	return (struct fraud_status){
		.rule = rule->config.name,
		.of = account->of,
		.blocked = account->blocked,
		.blocked_left_s = account->blocked && account->until_us > now_us
					  ? (unsigned)((account->until_us - now_us) / US_PER_S) + 1
					  : 0,
		.calls = account->calls,
		.calls_this_hour = account->calls_this_hour,
		.minutes_today = (unsigned)(talk_us(account, now_us) / US_PER_MIN),
		.max_calls = rule->config.calls,
		.max_calls_per_hour = rule->config.calls_per_hour,
		.max_minutes_per_day = rule->config.minutes_per_day,
		.refused = account->refused,
	};
}

void fraud_each(struct fraud *fraud, bool (*fn)(void *data, const struct fraud_status *),
		void *data)
{
	const struct now now = read_now();

	for (size_t r = 0; r < fraud->n_rules; r++) {
		const struct rule *rule = &fraud->rules[r];

		for (unsigned i = 0; i < rule->n_accounts; i++) {
			if (!rule->accounts[i].used_us && rule->n_accounts > 1)
				continue;
			turn_pages(&rule->accounts[i], &now);
			const struct fraud_status status =
				status_of(rule, &rule->accounts[i], now.us);

			if (!fn(data, &status))
				return;
		}
	}
}

bool fraud_unblock(struct fraud *fraud, const char *name)
{
	struct rule *rule = find_rule(fraud, name);

	for (unsigned i = 0; rule && i < rule->n_accounts; i++) {
		struct account *account = &rule->accounts[i];

		if (!account->blocked)
			continue;
		/* It begins anew, or the next call would be refused at once. */
		account->blocked = false;
		account->calls_this_hour = 0;
		account->talk_us = 0;
	}
	if (rule)
		review(rule, clock_now_us());
	return rule;
}
