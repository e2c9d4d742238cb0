/**
 * The KT100, a digital thermometer on the memory bus: one interrupt, two limits, and faults on
 * demand for those who write its driver.
 *
 * <p><b>Datasheet.</b> There is no such chip; this is all there is to know about it. Its registers
 * have 32 bits, are little-endian and answer to aligned accesses of 32 bits; of others, reads give
 * all ones and writes are lost. Offsets without a register read as 0. Temperatures are signed, in
 * thousandths of a degree Celsius.
 *
 * <table>
 *   <caption>Registers</caption>
 *   <tr><th>Offset</th><th>Register</th><th>After reset</th><th></th></tr>
 *   <tr><td>0x00</td><td>ID</td><td>0x4b4a0001</td><td>read-only</td></tr>
 *   <tr><td>0x04</td><td>STATUS</td><td>0</td><td>read-only. Bit 0 READY: TEMPERATURE is valid.
 *       Bit 1 HIGH, bit 2 LOW: the alarms</td></tr>
 *   <tr><td>0x08</td><td>CONTROL</td><td>0</td><td>bit 0 ENABLE: convert, and go on doing
 *       so</td></tr>
 *   <tr><td>0x0c</td><td>TEMPERATURE</td><td>0</td><td>read-only. Of the last conversion</td></tr>
 *   <tr><td>0x10</td><td>HIGH_LIMIT</td><td>85000</td><td></td></tr>
 *   <tr><td>0x14</td><td>LOW_LIMIT</td><td>-40000</td><td></td></tr>
 *   <tr><td>0x18</td><td>HYSTERESIS</td><td>1000</td><td>bits 15 to 0</td></tr>
 *   <tr><td>0x1c</td><td>INT_ENABLE</td><td>0</td><td>bit 0 READY, bit 1 HIGH, bit 2 LOW</td></tr>
 *   <tr><td>0x20</td><td>INT_STATUS</td><td>0</td><td>the same bits; writing 1 clears</td></tr>
 *   <tr><td>0x24</td><td>SAMPLE_PERIOD</td><td>100</td><td>milliseconds, from 10 to 60000; what is
 *       written outside counts as the nearest of these</td></tr>
 * </table>
 *
 * <p>Setting ENABLE starts a conversion, which takes 10 ms; from then on there is one in every
 * sample period, which is looked at when a conversion ends. Clearing ENABLE stops that and clears
 * STATUS; TEMPERATURE and INT_STATUS stay. The end of a conversion sets READY in both registers.
 * Then the limits are compared: HIGH rises above HIGH_LIMIT and falls below HIGH_LIMIT less
 * HYSTERESIS; LOW rises below LOW_LIMIT and falls above LOW_LIMIT plus HYSTERESIS. The rise of an
 * alarm sets its bit in INT_STATUS. The interrupt line is high while a bit is set in INT_STATUS and
 * in INT_ENABLE.
 *
 * <p><b>ACPI.</b> {@code _HID} is {@code KVMJ0001}, {@code _CRS} has the registers and the
 * interrupt (level, active high).
 *
 * <p><b>Faults</b>, by the option {@code fault} or from the host at any time:
 *
 * <ul>
 *   <li>{@code stuck}: the temperature no longer changes.
 *   <li>{@code noise}: conversions are up to 5 degrees off, always in the same way.
 *   <li>{@code no-irq}: the line stays low.
 *   <li>{@code bus-error}: reads give all ones, writes are lost, the line stays low.
 *   <li>{@code slow-ready}: the first conversion takes a second.
 * </ul>
 *
 * <p><b>The host's side.</b> The stream of the option {@code control} takes lines: {@code
 * temperature 21500} and {@code fault stuck}. Each is answered with {@code ok} or with a line that
 * begins with {@code error}. Who does not read the answers loses them. A reset forgets what was
 * said here.
 *
 * <p><b>Threats.</b> The guest chooses every access; no register makes anything grow, and it cannot
 * have more than a hundred conversions a second. The host's lines end after 64 bytes. A saved state
 * is checked as a whole before it is used.
 */
package com.example.thermometer;
