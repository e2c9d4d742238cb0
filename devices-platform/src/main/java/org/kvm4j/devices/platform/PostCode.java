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

  /** Oldest first. */
  private final byte[] codes = new byte[KEPT];

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
    return Byte.toUnsignedInt(codes[KEPT - 1]);
  }

  @Override
  public void write(int offset, int size, int value) {
    byte code = (byte) value;
    // A delay loop repeats one value: kept once, it does not drive out the codes before it
    if (code != codes[KEPT - 1]) {
      System.arraycopy(codes, 1, codes, 0, KEPT - 1);
      codes[KEPT - 1] = code;
    }
  }

  @Override
  public int maxAccessBytes() {
    return 1;
  }

  @Override
  public void reset() {
    logCodes();
    Arrays.fill(codes, (byte) 0);
  }

  @Override
  public void save(StateWriter out) {
    out.put("codes", codes);
  }

  @Override
  public void restore(StateReader in) {
    System.arraycopy(SavedBits.array(in, "codes", KEPT), 0, codes, 0, KEPT);
  }

  @Override
  public void close() {
    reset();
  }

  private void logCodes() {
    if (!Arrays.equals(codes, new byte[KEPT])) {
      log.log(Level.DEBUG, () -> "Last POST codes: " + HexFormat.ofDelimiter(" ").formatHex(codes));
    }
  }
}
