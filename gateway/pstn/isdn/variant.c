/* Variants of ISDN and libpri's names for them. */
#include "pstn/isdn/variant.h"

#include <libpri.h>

static const struct {
	const char *name;
	int switch_type;
} variants[] = {
	[VARIANT_EUROISDN] = { "euroisdn", PRI_SWITCH_EUROISDN_E1 },
	[VARIANT_NI2] = { "ni2", PRI_SWITCH_NI2 },
	[VARIANT_NI1] = { "ni1", PRI_SWITCH_NI1 },
	[VARIANT_DMS100] = { "dms100", PRI_SWITCH_DMS100 },
	[VARIANT_4ESS] = { "4ess", PRI_SWITCH_ATT4ESS },
	[VARIANT_5ESS] = { "5ess", PRI_SWITCH_LUCENT5E },
	[VARIANT_QSIG] = { "qsig", PRI_SWITCH_QSIG },
};

static enum trunk_variant resolve(enum trunk_variant variant, enum span_type span)
{
	if (variant != VARIANT_DEFAULT)
		return variant;
	return span == SPAN_T1 ? VARIANT_NI2 : VARIANT_EUROISDN;
}

int variant_switch_type(enum trunk_variant variant, enum span_type span)
{
	int switch_type = variants[resolve(variant, span)].switch_type;

	if (switch_type == PRI_SWITCH_EUROISDN_E1 && span == SPAN_T1)
		return PRI_SWITCH_EUROISDN_T1;
	return switch_type;
}

const char *variant_name(enum trunk_variant variant, enum span_type span)
{
	return variants[resolve(variant, span)].name;
}
