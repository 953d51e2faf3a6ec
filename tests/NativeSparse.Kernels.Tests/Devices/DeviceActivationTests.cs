using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Activations as a device compiles them.</summary>
[Trait("Needs", "Device")]
public sealed class DeviceActivationTests
{
    public static TheoryData<ActivationKind> Kinds => [.. Enum.GetValues<ActivationKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Not_a_number_stays_whatever_its_bits(ActivationKind kind)
    {
        using var backend = TestDevices.OpenCl();
        using var x = new Operand(3, 8, random: new Random(1));
        using var y = new Operand(3, 5);
        using var host = new Host();
        var weights = Operand.Sample(new Random(2), 40);
        foreach (var bits in new[] { 0x7FFFFFFFu, 0xFFC00000u, 0x7FC00001u })
        {
            x.Row(1)[3] = BitConverter.UInt32BitsToSingle(bits);
            foreach (var precision in new[] { Precision.Float32, Precision.Int8 })
            {
                using var packed = backend.Dense.Pack(weights, 8, 5, precision);
                backend.Dense.Run(host.Execution, x.View, packed, new Epilogue { Activation = new Activation(kind, 0.1f) }, y.View);
                Assert.All(y.Row(1).ToArray(), value => Assert.True(float.IsNaN(value), $"{precision}: {value}"));
                Assert.All(y.Row(0).ToArray(), value => Assert.True(float.IsFinite(value)));
            }
        }
    }
}
