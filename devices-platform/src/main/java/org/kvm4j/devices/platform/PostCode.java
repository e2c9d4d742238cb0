package org.kvm4j.devices.platform;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.resource.FixedResource;

/**
 * The latch at port 0x80 that shows how far a start-up has come.
 *
 * <p>Kernels also write to it to let about a microsecond pass, so nothing is logged on a write. The
 * last codes are logged at the end, where they may tell why a guest did not start.
 */
final class PostCode implements Device, PioHandler {

  private static final int PORT = 0x80;
  static final List<FixedResource> RESOURCES = List.of(FixedResource.ports(PORT, 1));
  private static final int KEPT = 16;

  private final System.Logger log;

  /** The oldest first; {@link #count} of them. */
  private final byte[] codes = new byte[KEPT];

  private int count;

  private PostCode(System.Logger log) {
    this.log = log;
  }

  static Device create(DeviceContext context) {
    PostCode device = new PostCode(context.log());
    context.pio().register(PORT, 1, device);
    return device;
  }

  @Override
  public int read(int offset, int size) {
    return count == 0 ? 0 : Byte.toUnsignedInt(codes[count - 1]);
  }

  @Override
  public void write(int offset, int size, int value) {
    byte code = (byte) value;
    // A delay loop repeats one value: kept once, it does not drive out the codes before it
    if (count > 0 && code == codes[count - 1]) {
      return;
    }
    if (count == KEPT) {
      System.arraycopy(codes, 1, codes, 0, KEPT - 1);
      count--;
    }
    codes[count++] = code;
  }

  @Override
  public int maxAccessBytes() {
    return 1;
  }

  @Override
  public void reset() {
    logCodes();
    count = 0;
  }

  /** Saves as {@code codes} what was written, the oldest first, for a report on the guest, too. */
  @Override
  public void save(StateWriter out) {
    out.put("codes", lastCodes());
  }

  @Override
  public void restore(StateReader in) {
    byte[] saved = in.bytes("codes", KEPT);
    System.arraycopy(saved, 0, codes, 0, saved.length);
    count = saved.length;
  }

  @Override
  public void close() {
    reset();
  }

  private void logCodes() {
    if (count > 0) {
      log.log(
          Level.DEBUG,
          () -> "Last POST codes: " + HexFormat.ofDelimiter(" ").formatHex(lastCodes()));
    }
  }

  private byte[] lastCodes() {
    return Arrays.copyOf(codes, count);
  }
}
