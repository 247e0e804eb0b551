/* Amounts count thousandths here, and on the line are a 24 bit number and a power of ten (EN 300 182-1 6). */
#include "pstn/isdn/charge.h"

#include <osmocom/core/utils.h>

enum { COST_MAX = 0xffffff };

static uint32_t limited(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static void hear_money(const struct pri_aoc_recorded_currency *money, struct leg_charge *out)
{
	uint64_t thousandths = money->amount.cost > 0 ? (uint64_t)money->amount.cost : 0;

	for (int i = PRI_AOC_MULTIPLIER_THOUSANDTH;
	     i < money->amount.multiplier && i < PRI_AOC_MULTIPLIER_THOUSAND; i++)
		thousandths = limited(thousandths * 10);
	out->amount = limited(thousandths);
	osmo_strlcpy(out->currency, money->currency, sizeof(out->currency));
}

static void hear_units(const struct pri_aoc_recorded_units *units, struct leg_charge *out)
{
	uint64_t sum = 0;

	for (int i = 0; i < units->num_items && i < (int)ARRAY_SIZE(units->item); i++) {
		if (units->item[i].number > 0)
			sum = limited(sum + (uint64_t)units->item[i].number);
	}
	out->units = limited(sum);
}

/* False when the charge is not available. */
static bool hear_charge(int charge, const struct pri_aoc_recorded_currency *money,
			const struct pri_aoc_recorded_units *units, struct leg_charge *out)
{
	switch (charge) {
	case PRI_AOC_DE_CHARGE_FREE:
		out->free = true;
		return true;
	case PRI_AOC_DE_CHARGE_CURRENCY:
		hear_money(money, out);
		return true;
	case PRI_AOC_DE_CHARGE_UNITS:
		hear_units(units, out);
		return true;
	default:
		return false;
	}
}

void charge_hear(struct isdn_leg *leg, const struct pri_subcommand *subcmd)
{
	struct leg_msg msg = { .verb = LEG_CHARGE };
	const struct pri_subcmd_aoc_d *d = &subcmd->u.aoc_d;
	const struct pri_subcmd_aoc_e *e = &subcmd->u.aoc_e;
	bool known;

	msg.charge.final = subcmd->cmd == PRI_SUBCMD_AOC_E;
	if (msg.charge.final)
		known = hear_charge(e->charge, &e->recorded.money, &e->recorded.unit, &msg.charge);
	else
		known = hear_charge(d->charge, &d->recorded.money, &d->recorded.unit, &msg.charge);
	if (known)
		isdn_leg_dispatch(leg, LINE_TELLS, &msg);
}

void charge_refuse(struct isdn_leg *leg, const struct pri_subcmd_aoc_request *request)
{
	struct pri *pri = isdn_leg_pri(leg);

	if (request->charging_request == PRI_AOC_REQUEST_S)
		pri_aoc_s_request_response_send(pri, leg->q931, request->invoke_id, NULL);
	else
		pri_aoc_de_request_response_send(
			pri, leg->q931, PRI_AOC_REQ_RSP_ERROR_NOT_AVAILABLE, request->invoke_id);
}

void charge_refuse_all(struct isdn_leg *leg, const struct pri_subcommands *subcmds)
{
	for (int i = 0; leg->q931 && subcmds && i < subcmds->counter_subcmd; i++) {
		if (subcmds->subcmd[i].cmd == PRI_SUBCMD_AOC_CHARGING_REQ)
			charge_refuse(leg, &subcmds->subcmd[i].u.aoc_request);
	}
}

static void say_money(const struct leg_charge *charge, struct pri_aoc_recorded_currency *out)
{
	uint32_t cost = charge->amount;

	out->amount.multiplier = PRI_AOC_MULTIPLIER_THOUSANDTH;
	for (; cost > COST_MAX; cost /= 10)
		out->amount.multiplier++;
	out->amount.cost = cost;
	osmo_strlcpy(out->currency, charge->currency, sizeof(out->currency));
}

/* What kind of charge it is, with its amount; one of the two is of use. */
static int say_charge(const struct leg_charge *charge, struct pri_aoc_recorded_currency *money,
		      struct pri_aoc_recorded_units *units)
{
	if (charge->free)
		return PRI_AOC_DE_CHARGE_FREE;
	if (charge->units) {
		units->num_items = 1;
		units->item[0] =
			(struct pri_aoc_units_element){ .number = charge->units, .type = -1 };
		return PRI_AOC_DE_CHARGE_UNITS;
	}
	say_money(charge, money);
	return PRI_AOC_DE_CHARGE_CURRENCY;
}

void charge_say(struct isdn_leg *leg, const struct leg_charge *charge)
{
	struct pri_subcmd_aoc_d d = { .billing_accumulation = 0,
				      .billing_id = PRI_AOC_D_BILLING_ID_NOT_AVAILABLE };
	struct pri_subcmd_aoc_e e = { .billing_id = PRI_AOC_E_BILLING_ID_NOT_AVAILABLE };

	if (!isdn_leg_is_network(leg))
		return;
	if (charge->final) {
		e.charge = say_charge(charge, &e.recorded.money, &e.recorded.unit);
		pri_aoc_e_send(isdn_leg_pri(leg), leg->q931, &e);
	} else {
		d.charge = say_charge(charge, &d.recorded.money, &d.recorded.unit);
		pri_aoc_d_send(isdn_leg_pri(leg), leg->q931, &d);
	}
}
