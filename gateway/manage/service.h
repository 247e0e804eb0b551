/* What a service manager that started us is told, as sd_notify(3) has it: ready, stopping, status, and that the
 * control loop still turns (its watchdog). Nothing happens where none asks (NOTIFY_SOCKET). Control thread. */
#pragma once

void service_ready(void); /* begins with the watchdog, too */
void service_status(const char *text);
void service_stopping(void);
void service_stop(void); /* no more of the watchdog */
