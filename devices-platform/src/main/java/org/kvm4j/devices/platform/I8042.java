package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;
import org.kvm4j.resource.FixedResource;

/**
 * The keyboard controller, of which nothing is there but the pin that resets the machine.
 *
 * <p>To whoever looks for a controller, it is one that is broken: its output buffer stays full.
 */
final class I8042 implements Device {

  private static final int I8042_DATA_REG = 0x60;
  private static final int I8042_COMMAND_REG = 0x64;
  static final List<FixedResource> RESOURCES =
      List.of(FixedResource.ports(I8042_DATA_REG, 1), FixedResource.ports(I8042_COMMAND_REG, 1));

  /** Output buffer full: there is a byte to read at the data port. */
  private static final int I8042_STR_OBF = 0x01;

  /** "Pulse output port": a 0 in one of the low four bits pulses that pin low. */
  private static final int PULSE_OUTPUT_PORT = 0xf0;

  /** The pin of the output port that is wired to the CPU's reset. */
  private static final int RESET_PIN = 0x01;

  /*
   * What the status says serves three readers. A driver that looks for a controller first empties
   * the output buffer; one that does not become empty means "no controller": Linux and SeaBIOS give
   * up after 16 bytes, within a millisecond, whereas an empty buffer makes them send a command and
   * wait 500 ms for the answer. So OBF is set. A driver that empties it without such a limit, as
   * FreeBSD's and those of many small kernels, would read for seconds or for ever: for that one it
   * becomes empty, after more bytes than the others read, until the next command. And Linux, before
   * it writes the reset command, waits for the input buffer to become empty (IBF, bit 1), up to
   * 65,536 reads. So the all ones of an absent chip will not do: IBF is always clear.
   */
  private static final int MOST_BYTES = 64;

  /** What an empty bus would answer; nobody acts on it. */
  private static final int NO_DATA = 0xff;

  private final VmControl control;

  /** Since the last write to either port. */
  private int bytesRead;

  private I8042(VmControl control) {
    this.control = control;
  }

  static Device create(DeviceContext context) {
    I8042 device = new I8042(context.control());
    context.pio().register(I8042_DATA_REG, 1, device.new DataPort());
    context.pio().register(I8042_COMMAND_REG, 1, device.new CommandPort());
    return device;
  }

  @Override
  public void reset() {
    bytesRead = 0;
  }

  @Override
  public void save(StateWriter out) {
    out.put("bytes_read", bytesRead);
  }

  @Override
  public void restore(StateReader in) {
    bytesRead = in.intValue("bytes_read", 0, MOST_BYTES);
  }

  private void command(int command) {
    if ((command & PULSE_OUTPUT_PORT) == PULSE_OUTPUT_PORT && (command & RESET_PIN) == 0) {
      control.request(VmEvent.RESET, "i8042 command 0x%02x".formatted(command));
    }
  }

  private final class DataPort implements PioHandler {

    @Override
    public int read(int offset, int size) {
      bytesRead = Math.min(bytesRead + 1, MOST_BYTES);
      return NO_DATA;
    }

    @Override
    public void write(int offset, int size, int value) {
      bytesRead = 0;
    }

    @Override
    public int maxAccessBytes() {
      return 1;
    }
  }

  private final class CommandPort implements PioHandler {

    @Override
    public int read(int offset, int size) {
      return bytesRead < MOST_BYTES ? I8042_STR_OBF : 0;
    }

    @Override
    public void write(int offset, int size, int value) {
      bytesRead = 0;
      command(value);
    }

    @Override
    public int maxAccessBytes() {
      return 1;
    }
  }
}
