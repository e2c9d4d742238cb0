package ${package};

import org.kvm4j.device.DeviceProvider;
import org.kvm4j.testkit.DeviceContract;

/** What every device keeps to. */
final class ${className}ContractTest extends DeviceContract {

  @Override
  protected DeviceProvider provider() {
    return new ${className}Provider();
  }
}
