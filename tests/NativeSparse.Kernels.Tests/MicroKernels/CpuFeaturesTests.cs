using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class CpuFeaturesTests
{
    private const uint AllTiles = 1u << 24 | 1u << 25;
    private const uint AllKept = 0b1110_0111 | 0b110 << 16;

    private static readonly InstructionSet[] Sets = Enum.GetValues<InstructionSet>();

    [Fact]
    public void A_processor_that_has_everything_may_run_everything() =>
        Assert.All(Sets, set => Assert.Null(CpuFeatures.Read(new StatedProcessor { Tiles = AllTiles, Kept = AllKept }).Missing(set)));

    [Fact]
    public void What_is_missing_is_named()
    {
        AssertMissing(new StatedProcessor { Silence = "arm" }, "arm", "arm");
        AssertMissing(new StatedProcessor { MaxLeaf = 6 }, "no AVX2", "no AVX2");
        AssertMissing(new StatedProcessor { Basic = 1u << 27 | 1u << 29 }, "FMA", "FMA");
        AssertMissing(new StatedProcessor { Basic = 1u << 12 | 1u << 29 }, "operating system", "operating system");
        AssertMissing(new StatedProcessor { Kept = 0b011 }, "operating system", "operating system");
        AssertMissing(new StatedProcessor { Kept = 0b0111 }, null, "operating system");
        AssertMissing(new StatedProcessor { Wide = 1u << 5 }, null, "no AVX-512");
        AssertMissing(new StatedProcessor { Extended = 0 }, null, "VNNI");
    }

    [Fact]
    public void The_tile_unit_needs_its_instructions_its_registers_and_a_permission()
    {
        AssertNoTiles(new StatedProcessor { Tiles = 1u << 24, Kept = AllKept }, "no AMX");
        AssertNoTiles(new StatedProcessor { Tiles = AllTiles }, "operating system");
        AssertNoTiles(new StatedProcessor { Tiles = AllTiles, Kept = AllKept, Refusal = "no" }, "no");
        AssertNoTiles(new StatedProcessor { Tiles = AllTiles, Kept = AllKept, Extended = 0 }, "VNNI");
    }

    [Theory]
    [InlineData("DOTNET_EnableHWIntrinsic", "0", true, true)]
    [InlineData("DOTNET_EnableAVX", "0x0", true, true)]
    [InlineData("DOTNET_EnableAVX2", "00", true, true)]
    [InlineData("COMPlus_EnableAVX2", "0", true, true)]
    [InlineData("DOTNET_EnableAVX512", "0", false, true)]
    [InlineData("COMPlus_EnableAVX512", " 0 ", false, true)]
    [InlineData("DOTNET_EnableAVX512v3", "0", false, true)]
    [InlineData("DOTNET_EnableAVX512", "1", false, false)]
    [InlineData("DOTNET_EnableAVX512", "10", false, false)]
    [InlineData("DOTNET_EnableAVX512", "off", false, false)]
    [InlineData("DOTNET_EnableAVX512F", "0", false, false)]
    public void Switches_of_the_runtime_count(string name, string value, bool no256, bool no512)
    {
        var reason = $"{name}=";
        AssertMissing(new StatedProcessor { Variables = { [name] = value } }, no256 ? reason : null, no512 ? reason : null);
    }

    [Fact]
    public void The_newer_name_of_a_switch_wins() => AssertMissing(
        new StatedProcessor { Variables = { ["DOTNET_EnableAVX2"] = "1", ["COMPlus_EnableAVX2"] = "0" } }, null, null);

    [Fact]
    public void This_machine_reports_what_the_runtime_reports()
    {
        var features = CpuFeatures.Host;
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join("; ", Sets.Select(set => $"{set}: {features.Missing(set) ?? "usable"}")));
        Assert.Equal(Avx2.IsSupported && Fma.IsSupported, features.Missing(InstructionSet.Avx2) is null);

        // Wine and other systems may hide AVX-512 from the runtime, never the other way round.
        Assert.True(Avx512F.IsSupported || OperatingSystem.IsWindows() || features.Missing(InstructionSet.Avx512Vnni) is not null);
        Assert.True(RuntimeInformation.ProcessArchitecture == Architecture.X64 || Sets.All(set => features.Missing(set) is not null));
    }

    private static void AssertNoTiles(StatedProcessor processor, string reason) =>
        Assert.Contains(reason, CpuFeatures.Read(processor).Missing(InstructionSet.AmxInt8), StringComparison.Ordinal);

    private static void AssertMissing(StatedProcessor processor, string? missing256, string? missing512)
    {
        var features = CpuFeatures.Read(processor);
        foreach (var (expected, set) in new[] { (missing256, InstructionSet.Avx2), (missing512, InstructionSet.Avx512Vnni) })
        {
            var actual = features.Missing(set);
            Assert.Equal(expected is null, actual is null);
            Assert.Contains(expected ?? "", actual ?? "", StringComparison.Ordinal);
        }
    }
}
