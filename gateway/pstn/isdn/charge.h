/* Advice of charge (EN 300 182-1), between libpri's form and a leg's. Control thread. */
#pragma once

#include "pstn/isdn/isdn_leg.h"

/* A subcommand AOC-D or AOC-E; one that says that nothing is known is dropped. */
void charge_hear(struct isdn_leg *leg, const struct pri_subcommand *subcmd);
/* Nobody may order advice, in SETUP or later: it comes when there is some. */
void charge_refuse(struct isdn_leg *leg, const struct pri_subcmd_aoc_request *request);
void charge_refuse_all(struct isdn_leg *leg, const struct pri_subcommands *subcmds);
/* To a user alone; the final charge goes out with the message that clears the call. */
void charge_say(struct isdn_leg *leg, const struct leg_charge *charge);
