package com.example.thermometer;

import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** The analogue side of the chip: how warm it is, and what is wrong with it. */
final class Sensor {

  static final int MIN_MILLIDEGREES = -273_150;
  static final int MAX_MILLIDEGREES = 1_000_000;

  private static final int NOISE_MILLIDEGREES = 5_000;

  // Lehmer's generator, as the same run must give the same noise
  private static final int NOISE_FACTOR = 75;
  private static final int NOISE_MODULUS = 65_537;

  private final int initialTemperature;
  private final Fault initialFault;

  private int temperature;
  private Fault fault;
  private int noise;

  Sensor(int initialTemperature, Fault initialFault) {
    this.initialTemperature = initialTemperature;
    this.initialFault = initialFault;
    reset();
  }

  void reset() {
    temperature = initialTemperature;
    fault = initialFault;
    noise = 1;
  }

  Fault fault() {
    return fault;
  }

  void setFault(Fault fault) {
    this.fault = fault;
  }

  void setTemperature(int millidegrees) {
    temperature = millidegrees;
  }

  /**
   * Converts once.
   *
   * @param previous what the last conversion gave
   */
  int convert(int previous) {
    return switch (fault) {
      case STUCK -> previous;
      case NOISE -> temperature + nextNoise();
      case NONE, NO_IRQ, BUS_ERROR, SLOW_READY -> temperature;
    };
  }

  private int nextNoise() {
    noise = noise * NOISE_FACTOR % NOISE_MODULUS; // stays 1 to 65536
    return noise % (2 * NOISE_MILLIDEGREES + 1) - NOISE_MILLIDEGREES;
  }

  void save(StateWriter out) {
    out.put("sensor_temperature", temperature)
        .put("sensor_fault", fault.ordinal())
        .put("sensor_noise", noise);
  }

  /** Reads all and changes nothing; what it returns takes over. */
  Runnable prepareRestore(StateReader in) {
    int savedTemperature = in.intValue("sensor_temperature", MIN_MILLIDEGREES, MAX_MILLIDEGREES);
    Fault savedFault = Fault.of(in.intValue("sensor_fault", 0, Fault.count() - 1));
    int savedNoise = in.intValue("sensor_noise", 1, NOISE_MODULUS - 1);
    return () -> {
      temperature = savedTemperature;
      fault = savedFault;
      noise = savedNoise;
    };
  }
}
