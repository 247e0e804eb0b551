#include "call/number_words.h"

#include "call/leg.h"

/* clang-format off */
const struct value_string number_type_words[] = {
	{ LEG_TON_UNKNOWN, "unknown" },
	{ LEG_TON_INTERNATIONAL, "international" },
	{ LEG_TON_NATIONAL, "national" },
	{ LEG_TON_NETWORK, "network" },
	{ LEG_TON_SUBSCRIBER, "subscriber" },
	{ LEG_TON_ABBREVIATED, "abbreviated" },
	{ 0, NULL }
};
const struct value_string number_plan_words[] = {
	{ 0, "unknown" }, { 1, "e164" }, { 3, "data" }, { 4, "telex" }, { 8, "national" },
	{ 9, "private" }, { 0, NULL }
};
const struct value_string number_presentation_words[] = {
	{ LEG_PRES_ALLOWED, "allowed" },
	{ LEG_PRES_RESTRICTED, "restricted" },
	{ LEG_PRES_UNAVAILABLE, "unavailable" },
	{ 0, NULL }
};
const struct value_string number_screening_words[] = {
	{ 0, "unscreened" }, { 1, "passed" }, { 2, "failed" }, { 3, "network" }, { 0, NULL }
};
const struct value_string bearer_words[] = {
	{ LEG_SPEECH, "speech" }, { LEG_AUDIO_3K1, "audio" }, { LEG_UNRESTRICTED, "unrestricted" },
	{ 0, NULL }
};
/* clang-format on */
