// SPDX-License-Identifier: GPL-2.0
/*
 * Driver for the thermometer of kvm4j's examples.
 *
 * The registers are described beside the device:
 * ../src/main/java/com/example/thermometer/package-info.java
 */

#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sysfs.h>

#define THERMO_ID		0x00
#define THERMO_STATUS		0x04
#define THERMO_CONTROL		0x08
#define THERMO_TEMPERATURE	0x0c
#define THERMO_HIGH_LIMIT	0x10
#define THERMO_INT_ENABLE	0x1c
#define THERMO_INT_STATUS	0x20

#define THERMO_ID_VALUE		0x4b4a0001
#define THERMO_STATUS_READY	BIT(0)
#define THERMO_CONTROL_ENABLE	BIT(0)
#define THERMO_INT_HIGH		BIT(1)
#define THERMO_INT_LOW		BIT(2)
#define THERMO_INT_ALARMS	(THERMO_INT_HIGH | THERMO_INT_LOW)

/* The first conversion takes 10 ms: be ten times as patient. */
#define THERMO_READY_US		100000

struct thermo {
	struct device *dev;
	void __iomem *regs;
	atomic_t alarms;
};

static ssize_t temperature_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct thermo *thermo = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n",
			  (s32)readl(thermo->regs + THERMO_TEMPERATURE));
}
static DEVICE_ATTR_RO(temperature);

static ssize_t high_limit_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	struct thermo *thermo = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n",
			  (s32)readl(thermo->regs + THERMO_HIGH_LIMIT));
}

static ssize_t high_limit_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct thermo *thermo = dev_get_drvdata(dev);
	s32 limit;
	int err = kstrtos32(buf, 10, &limit);

	if (err)
		return err;
	writel(limit, thermo->regs + THERMO_HIGH_LIMIT);
	return count;
}
static DEVICE_ATTR_RW(high_limit);

/* How often a limit was passed; poll() tells of every change. */
static ssize_t alarms_show(struct device *dev,
			   struct device_attribute *attr, char *buf)
{
	struct thermo *thermo = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", atomic_read(&thermo->alarms));
}
static DEVICE_ATTR_RO(alarms);

static struct attribute *thermo_attrs[] = {
	&dev_attr_temperature.attr,
	&dev_attr_high_limit.attr,
	&dev_attr_alarms.attr,
	NULL
};
ATTRIBUTE_GROUPS(thermo);

static irqreturn_t thermo_irq(int irq, void *data)
{
	struct thermo *thermo = data;
	u32 pending = readl(thermo->regs + THERMO_INT_STATUS);

	if (!(pending & THERMO_INT_ALARMS))
		return IRQ_NONE;
	writel(pending, thermo->regs + THERMO_INT_STATUS);
	atomic_inc(&thermo->alarms);
	return IRQ_WAKE_THREAD;
}

/* sysfs_notify() sleeps. */
static irqreturn_t thermo_irq_thread(int irq, void *data)
{
	struct thermo *thermo = data;

	sysfs_notify(&thermo->dev->kobj, NULL, "alarms");
	return IRQ_HANDLED;
}

static void thermo_stop(void *data)
{
	struct thermo *thermo = data;

	writel(0, thermo->regs + THERMO_INT_ENABLE);
	writel(0, thermo->regs + THERMO_CONTROL);
}

static int thermo_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct thermo *thermo;
	u32 value;
	int irq, err;

	thermo = devm_kzalloc(dev, sizeof(*thermo), GFP_KERNEL);
	if (!thermo)
		return -ENOMEM;
	thermo->dev = dev;
	platform_set_drvdata(pdev, thermo);

	thermo->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(thermo->regs))
		return PTR_ERR(thermo->regs);
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;

	value = readl(thermo->regs + THERMO_ID);
	if (value != THERMO_ID_VALUE)
		return dev_err_probe(dev, -EIO, "ID is %#x\n", value);

	/* Interrupts that someone has left behind are not ours. */
	writel(0, thermo->regs + THERMO_INT_ENABLE);
	writel(~0, thermo->regs + THERMO_INT_STATUS);
	writel(THERMO_CONTROL_ENABLE, thermo->regs + THERMO_CONTROL);
	err = devm_add_action_or_reset(dev, thermo_stop, thermo);
	if (err)
		return err;
	err = readl_poll_timeout(thermo->regs + THERMO_STATUS, value,
				 value & THERMO_STATUS_READY,
				 1000, THERMO_READY_US);
	if (err)
		return dev_err_probe(dev, err, "it does not become ready\n");

	err = devm_request_threaded_irq(dev, irq, thermo_irq,
					thermo_irq_thread, 0, "thermometer",
					thermo);
	if (err)
		return dev_err_probe(dev, err, "IRQ %d is not free\n", irq);
	writel(THERMO_INT_ALARMS, thermo->regs + THERMO_INT_ENABLE);
	return 0;
}

static const struct acpi_device_id thermo_acpi_match[] = {
	{ "KVMJ0001" },
	{ }
};
MODULE_DEVICE_TABLE(acpi, thermo_acpi_match);

static struct platform_driver thermo_driver = {
	.probe = thermo_probe,
	.driver = {
		.name = "thermometer",
		.acpi_match_table = thermo_acpi_match,
		.dev_groups = thermo_groups,
	},
};
module_platform_driver(thermo_driver);

MODULE_DESCRIPTION("Thermometer of kvm4j's examples");
MODULE_LICENSE("GPL");
