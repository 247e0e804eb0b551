/* Words of the configuration for what Q.931 says of numbers and calls (4.5.5, 4.5.8, 4.5.10), and the help for each. */
#pragma once

#include <osmocom/core/utils.h>

extern const struct value_string number_type_words[];
extern const struct value_string number_plan_words[];
extern const struct value_string number_presentation_words[];
extern const struct value_string number_screening_words[];
extern const struct value_string bearer_words[];

#define NUMBER_TYPE_CHOICE "unknown|international|national|network|subscriber|abbreviated"
#define NUMBER_TYPE_HELP                                                                           \
	"The next exchange's own rules\nWith the country code\nWith the area code\n"               \
	"Specific to the network\nLocal\nShort\n"
#define NUMBER_PLAN_CHOICE "unknown|e164|data|telex|national|private"
#define NUMBER_PLAN_HELP                                                                           \
	"The next exchange's own rules\nTelephone numbers\nX.121\nF.69\nOf the country\n"          \
	"Of a private network\n"
#define NUMBER_PRESENTATION_CHOICE "allowed|restricted|unavailable"
#define NUMBER_PRESENTATION_HELP "Shown\nHidden\nThere is none to show\n"
#define NUMBER_SCREENING_CHOICE "unscreened|passed|failed|network"
#define BEARER_CHOICE "speech|audio|unrestricted"
#define BEARER_HELP "Speech\n3.1 kHz audio\nUnrestricted digital information, 64 kbit/s\n"
