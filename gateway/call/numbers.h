/* What becomes of a call's numbers on its way: by the translations of where it comes from, by its route, and by the
 * translations of where it goes. The called number of an emergency call, or of a call back, is the route's affair alone.
 *
 * Each changes setup, or nothing unless it returns TRANSLATED; while setup->incomplete the called number may have to
 * wait for more digits. explain: told what changes; NULL: nobody is. */
#pragma once

#include "call/target.h"
#include "call/translation.h"

struct explain;
struct leg_setup;
struct route_config;

enum translated numbers_in(const struct translations *translations, const struct target *from,
			   struct leg_setup *setup, const struct explain *explain);
enum translated numbers_by_route(const struct translations *translations,
				 const struct route_config *route, struct leg_setup *setup,
				 const struct explain *explain);
enum translated numbers_out(const struct translations *translations, const struct target *to,
			    struct leg_setup *setup, const struct explain *explain);
