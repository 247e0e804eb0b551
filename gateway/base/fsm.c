#include "base/fsm.h"

enum { MS_PER_S = 1000, US_PER_MS = 1000 };

void fsm_change_ms(struct osmo_fsm_inst *fi, uint32_t state, uint64_t ms, int T)
{
	osmo_fsm_inst_state_chg(fi, state, 0, 0);
	if (!ms)
		return;
	fi->T = T;
	osmo_timer_schedule(&fi->timer, (int)(ms / MS_PER_S), (int)(ms % MS_PER_S) * US_PER_MS);
}
