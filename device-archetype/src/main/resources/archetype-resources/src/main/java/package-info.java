/**
 * A countdown on the memory bus, with an interrupt at its end.
 *
 * <p><b>Datasheet.</b> There is no such chip; put here what yours is, and where it differs. Its
 * registers have 32 bits, are little-endian and answer to aligned accesses of 32 bits; of others,
 * reads give all ones and writes are lost. Offsets without a register read as 0.
 *
 * <table>
 *   <caption>Registers</caption>
 *   <tr><th>Offset</th><th>Register</th><th>After reset</th><th></th></tr>
 *   <tr><td>0x00</td><td>ID</td><td>0x434e5401</td><td>read-only</td></tr>
 *   <tr><td>0x04</td><td>DELAY</td><td>0</td><td>microseconds; writing it starts the countdown, or
 *       stops it with 0</td></tr>
 *   <tr><td>0x08</td><td>STATUS</td><td>0</td><td>bit 0 DONE: the countdown has ended; writing 1
 *       clears it. The interrupt line is high while it is set</td></tr>
 * </table>
 *
 * <p><b>ACPI.</b> {@code _HID} is {@code TEST0001}, {@code _CRS} has the registers and the
 * interrupt (level, active high).
 *
 * <p><b>Threats.</b> The guest chooses every access; no register makes anything grow. A saved state
 * is checked as a whole before it is used.
 */
package ${package};
