/* The steps of a call along its way by the routes, which its state machine takes; for the files of this folder. They are
 * call_way.c's; the decisions alone are in call_way.h. */
#pragma once

#include <stdbool.h>

struct call;
struct call_event;
struct leg_msg;

/* 0, or the cause, with call->why, for which a routine call from there cannot begin now: limits of trunk groups, or the
 * gateway stops. While its number may still become an emergency number it is 0; call_way_dialled asks again then. */
unsigned call_way_refusal(struct call *call);
void call_way_find(struct call *call);
/* To the next target that takes the call, or COLLECTING, or the end. */
void call_way_advance(struct call *call);
/* Another target may be better off (route_config.h). */
bool call_way_lets_retry(const struct call *call, unsigned cause);
/* The called leg in charge clears early: on to the next target. */
void call_way_retry(struct call *call, const struct call_event *event);
/* It clears early, and call_way_lets_retry says no: what is counted of its trunk group. */
void call_way_gives_up(struct call *call, unsigned cause);
/* The caller has dialled on. */
void call_way_dialled(struct call *call, const struct leg_msg *msg);
/* To the called leg, what it has not been told of the number. */
void call_way_forward(struct call *call);
/* The number is whole: nothing that is keyed from now on belongs to it. */
void call_way_close(struct call *call);
