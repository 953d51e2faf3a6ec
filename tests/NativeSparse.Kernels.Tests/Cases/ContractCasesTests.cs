using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What the self-test runs on a user's machine: every version passes here, and a wrong version is found out.</summary>
public sealed class ContractCasesTests
{
    public static TheoryData<string> Backends => new(
        "reference", "vector128", "vector256", "vector512", "avx-vnni", "dotprod", "avx512-vnni", "amx-int8", "opencl");

    [Theory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Backends))]
    public void Every_version_passes(string name)
    {
        using var backend = Open(name);
        using var reference = Versions.Reference();
        foreach (var @case in ContractCases.Of(backend))
        {
            var result = @case.Check(backend, reference);
            Assert.True(result.IsPassed, $"{@case.Family} {@case.Precision} {@case.Name}: error {result.Error}, limit {result.Limit}");
        }
    }

    /// <summary>Threads of the simulator take turns, so that it computes small cases only.</summary>
    [Fact]
    [Trait("Speed", "Slow")]
    [Trait("Needs", "Device")]
    public void The_simulated_device_passes()
    {
        using var backend = TestDevices.Simulator();
        using var reference = Versions.Reference();
        foreach (var @case in ContractCases.Of(backend))
        {
            var result = @case.Check(backend, reference);
            Assert.True(result.IsPassed, $"{@case.Family} {@case.Precision} {@case.Name}: error {result.Error}, limit {result.Limit}");
        }
    }

    [Fact]
    public void A_difference_of_one_bit_and_a_value_that_is_not_a_number_are_found()
    {
        Assert.False(new CaseResult(double.NaN, 1).IsPassed);
        using var memory = new CaseMemory(1);
        var (first, second) = (memory.Zeros(1, 3), memory.Zeros(1, 3));
        Assert.Equal(0, CaseMemory.Difference(first, second));
        Set(second, float.Epsilon);
        Assert.True(CaseMemory.Difference(first, second) > 0);
        Set(second, float.NaN);
        Assert.Equal(double.NaN, CaseMemory.Difference(first, second));
    }

    private static unsafe void Set(View view, float value) => ((float*)view.Address)[1] = value;

    private static Backend Open(string name) => name switch
    {
        "reference" => Versions.Reference(),
        "vector128" => Versions.Vector128(),
        "vector256" => Versions.Vector256(),
        "vector512" => Versions.Vector512(),
        "avx-vnni" => Versions.AvxVnni(),
        "dotprod" => Versions.DotProduct(),
        "avx512-vnni" => Versions.Avx512Vnni(),
        "opencl" => TestDevices.OpenCl(),
        _ => Versions.AmxInt8(),
    };
}
