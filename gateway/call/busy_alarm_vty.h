/* The option of the alarm of busy trunks and trunk groups. For *_vty.c only. Control thread. */
#pragma once

#include <stddef.h>

struct busy_alarm;
struct vty;

/* Into a node whose item has its struct busy_alarm at that offset. */
void busy_alarm_install(int node, size_t at);
void busy_alarm_write(const struct busy_alarm *alarm, struct vty *vty);
