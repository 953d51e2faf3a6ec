using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>The kernels of tensor cores: what ILGPU compiles them to, run instruction by instruction, as there is no such device here.</summary>
[Trait("Needs", "Device")]
public sealed partial class TensorKernelTests(ITestOutputHelper output)
{
    /// <summary>What float32 sums of a few hundred products differ by.</summary>
    private const double Sums = 1e-6;

    /// <summary>What rounding inputs to bfloat16 may add to that.</summary>
    private const double Rounding = (1.0 / 256) + Sums;

    private const string HalfProduct = @"mma\.sync\.aligned\.m16n8k16\.row\.col\.f32\.bf16\.bf16\.f32";

    private const string IntegerProduct = @"mma\.sync\.aligned\.m16n8k32\.row\.col\.s32\.u8\.s8\.s32";

    private static readonly KernelSpecialization TwoGroups = new(TensorTile.Threads, 2);

    private static readonly Dictionary<string, Lazy<string>> Texts = KernelMethods.Tensors().ToDictionary(
        PtxListing.Name, method => new Lazy<string>(() => PtxListing.Compile(method, CudaArchitecture.SM_80, CudaInstructionSet.ISA_70, TwoGroups)));

    private static readonly Dictionary<string, Lazy<PtxProgram>> Programs = Texts.ToDictionary(
        entry => entry.Key, entry => new Lazy<PtxProgram>(() => new PtxProgram(entry.Value.Value)));

    public static TheoryData<string> Kernels => new(KernelMethods.Tensors().Select(PtxListing.Name));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Compiles_to_products_of_warps_without_local_memory(string name)
    {
        foreach (var (architecture, instructions) in new[] { (CudaArchitecture.SM_80, CudaInstructionSet.ISA_70), (CudaArchitecture.SM_90, CudaInstructionSet.ISA_78) })
        {
            var ptx = PtxListing.Compile(Method(name), architecture, instructions, TwoGroups);
            Assert.Equal(16, Regex.Count(ptx, name.Contains("Integer", StringComparison.Ordinal) ? IntegerProduct : HalfProduct));
            Assert.DoesNotContain(".local", ptx, StringComparison.Ordinal);
            Assert.DoesNotContain("local_depot", ptx, StringComparison.Ordinal);
            Assert.Single(SharedArray().Matches(ptx));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public async Task Assembles_into_registers(string name)
    {
        var assembler = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "ptxas")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(assembler is null, "no ptxas of NVIDIA's CUDA toolkit on the PATH");
        foreach (var (architecture, instructions) in new[] { (CudaArchitecture.SM_80, CudaInstructionSet.ISA_70), (CudaArchitecture.SM_90, CudaInstructionSet.ISA_78) })
        {
            var folder = Directory.CreateTempSubdirectory();
            var source = Path.Combine(folder.FullName, "kernel.ptx");
            await File.WriteAllTextAsync(source, PtxListing.Compile(Method(name), architecture, instructions, TwoGroups), TestContext.Current.CancellationToken);
            var target = architecture.ToString().Replace("SM_", "sm_", StringComparison.Ordinal);
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(assembler, [$"-arch={target}", "-v", source, "-o", source + ".cubin"])
            {
                RedirectStandardError = true,
            })!;
            var report = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            folder.Delete(recursive: true);
            output.WriteLine(report);
            Assert.Equal(0, process.ExitCode);
            Assert.Contains("0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads", report, StringComparison.Ordinal);
            Assert.InRange(int.Parse(UsedRegisters().Match(report).Groups[1].ValueSpan, CultureInfo.InvariantCulture), 1, 128);
        }
    }

    [Theory]
    [InlineData(1, 1, 1, false)]
    [InlineData(70, 37, 131, false)]
    [InlineData(64, 32, 128, true)]
    [InlineData(65, 100, 33, true)]
    [InlineData(3, 129, 260, false)]
    public void Halves_are_summed_in_the_order_of_inputs(int rows, int inputs, int columns, bool isAligned)
    {
        var product = new TensorProduct(Precision.BFloat16, rows, [(inputs, columns)]) { IsAligned = isAligned, IsRelu = true, HasMultiplier = true };
        Check(product, Program<BFloat16Tensor>(isAligned), isExact: false);
    }

    /// <summary>Loads repeat the last input and the last weight, and 0 times infinity would be no number.</summary>
    [Theory]
    [InlineData(37, false)]
    [InlineData(36, true)]
    public void Nothing_beyond_the_last_input_counts(int inputs, bool isAligned)
    {
        var product = new TensorProduct(Precision.BFloat16, 3, [(inputs, 5)], hasInfinities: true) { IsAligned = isAligned };
        var actual = product.Run(Program<BFloat16Tensor>(isAligned), isReversed: false);
        Compare(product.Expected(isRounded: true, Sums), actual);
        Assert.Equal(7, actual.Count(float.IsInfinity));
    }

    [Theory]
    [InlineData(1, 1, 1, false)]
    [InlineData(70, 37, 131, false)]
    [InlineData(64, 64, 128, true)]
    [InlineData(65, 203, 33, false)]
    [InlineData(3, 129, 260, true)]
    public void Integers_are_exact(int rows, int inputs, int columns, bool isRaw)
    {
        var product = new TensorProduct(Precision.Int8, rows, [(inputs, columns)]) { IsRaw = isRaw };
        Check(product, Program<IntegerTensor>(false), isExact: true);
    }

    [Theory]
    [InlineData(Precision.BFloat16)]
    [InlineData(Precision.Int8)]
    public void Blocks_read_and_write_their_parts_of_a_row(Precision precision)
    {
        var product = new TensorProduct(precision, 67, [(35, 9), (6, 130), (65, 40)]) { HasMultiplier = true };
        Check(product, Program(precision), precision == Precision.Int8);
    }

    [Theory]
    [InlineData(Precision.BFloat16, false)]
    [InlineData(Precision.BFloat16, true)]
    [InlineData(Precision.Int8, false)]
    [InlineData(Precision.Int8, true)]
    public void Spans_take_rows_by_the_index(Precision precision, bool isGated)
    {
        var index = Enumerable.Range(0, 80).Select(i => (i * 7) % 30).ToArray();
        TileSpan[] spans = [new() { Matrix = 2, FirstRow = 0, Rows = 64 }, new(), new() { Matrix = 0, FirstRow = 64, Rows = 1 }, new() { Matrix = 1, FirstRow = 65, Rows = 15 }];
        var product = new TensorProduct(precision, 30, [(41, 136), (41, 136), (41, 136)], spans, index) { IsGated = isGated, IsRelu = true };
        Check(product, Program(precision), precision == Precision.Int8);
    }

    [Theory]
    [InlineData(Precision.BFloat16, 41, 24)]
    [InlineData(Precision.BFloat16, 64, 136)]
    [InlineData(Precision.Int8, 41, 24)]
    [InlineData(Precision.Int8, 130, 136)]
    public void Up_and_gate_of_two_matrices_are_one_product(Precision precision, int inputs, int columns)
    {
        var product = new TensorProduct(precision, 37, [(inputs, columns)]) { IsGated = true, IsPair = true, IsRelu = true };
        Check(product, Program(precision), precision == Precision.Int8);
    }

    [Theory]
    [InlineData(Precision.BFloat16)]
    [InlineData(Precision.Int8)]
    public void No_warp_waits_for_a_bank_of_shared_memory(Precision precision)
    {
        var product = new TensorProduct(precision, 64, [(256, 128)]);
        product.Run(Program(precision), isReversed: false);
        output.WriteLine(string.Join(", ", product.Conflicts.Select(entry => $"{entry.Key}: {entry.Value} turns lost")));
        Assert.Contains(product.Conflicts.Keys, name => name.StartsWith("ldmatrix", StringComparison.Ordinal));
        Assert.All(product.Conflicts, entry => Assert.Equal(0, entry.Value));
    }

    /// <summary>Numbers and barriers that the text could have wrong.</summary>
    [Theory]
    [InlineData("[row+32]", "[row+16]")]
    [InlineData("[row+1280]", "[row]")]
    [InlineData("[column+1312]", "[column+1280]")]
    [InlineData("{b2, b3}", "{b3, b2}")]
    [InlineData("[at+4128], sum2", "[at+4132], sum2")]
    [InlineData("prmt.b32 word2", "prmt.b32 word3")]
    [InlineData("0x7632", "0x5410")]
    [InlineData("[at+5120]", "[at+7680]")]
    [InlineData("bar.sync\t0;", "")]
    public void A_text_with_another_number_is_noticed(string right, string wrong)
    {
        var ptx = Texts.First(entry => entry.Key.Contains(nameof(BFloat16Tensor), StringComparison.Ordinal)).Value.Value;
        var at = ptx.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at >= 0);
        var product = new TensorProduct(Precision.BFloat16, 20, [(40, 128)]) { IsAligned = true };
        var expected = product.Expected(isRounded: true, Sums);
        Compare(expected, product.Run(new PtxProgram(ptx), isReversed: false));
        var actual = product.Run(new PtxProgram(string.Concat(ptx.AsSpan(0, at), wrong, ptx.AsSpan(at + right.Length))), isReversed: false);
        Assert.Contains(Enumerable.Range(0, actual.Length), i => !(Math.Abs((double)expected[i].Value - actual[i]) <= expected[i].Limit));
    }

    [Fact]
    public void Whole_numbers_leave_few_rows_to_other_kernels_and_halves_do_not()
    {
        using var context = Context.Create(builder => builder.CPU(new CPUDevice(32, 8, 1)));
        using var device = new Device("ilgpu-cpu", context, context.CreateCPUAccelerator(0)) { HasTensorCores = true };
        var products = new DeviceProducts(device);
        Assert.Equal(TensorTile.Rows, products.SpanRows(Precision.BFloat16, 1));
        Assert.Equal(RowKernel.Rows, products.SpanRows(Precision.Int8, RowKernel.Rows));
        Assert.Equal(TensorTile.Rows, products.SpanRows(Precision.Int8, RowKernel.Rows + 1));
        Assert.Equal(RowKernel.Rows, products.SpanRows(Precision.Float32, 1));
        Assert.Equal(["ilgpu", "ilgpu-tensor", "ilgpu-tensor"], new[] { Precision.Float32, Precision.BFloat16, Precision.Int8 }.Select(device.VersionOf));
    }

    [Fact]
    public void The_switch_and_the_architecture_decide()
    {
        Assert.True(TensorCores.AreUsed(CudaArchitecture.SM_80, "1"));
        Assert.True(TensorCores.AreUsed(CudaArchitecture.SM_90, "1"));
        Assert.False(TensorCores.AreUsed(CudaArchitecture.SM_75, "1"));
        Assert.False(TensorCores.AreUsed(CudaArchitecture.SM_90, null));
        Assert.False(TensorCores.AreUsed(CudaArchitecture.SM_90, "0"));
        Assert.False(TensorCores.AreUsed(null, "1"));
        using var simulator = TestDevices.OwnSimulator();
        Assert.False(simulator.Device.HasTensorCores);
        using var packed = simulator.Dense.Pack([1], 1, 1, Precision.BFloat16);
        Assert.Equal("ilgpu", packed.Version);
    }

    private static void Check(TensorProduct product, PtxProgram program, bool isExact)
    {
        var actual = product.Run(program, isReversed: false);
        Assert.Equal(actual, product.Run(program, isReversed: true));
        Compare(product.Expected(isRounded: true, isExact ? 0 : Sums), actual);
        Compare(product.Expected(isRounded: false, isExact ? 0 : Rounding), actual);
        Assert.Contains(actual, value => float.IsFinite(value) && value != 0);
    }

    private static void Compare((float Value, double Limit)[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var (value, limit) = expected[i];
            Assert.True(
                BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(actual[i]) || Math.Abs((double)value - actual[i]) <= limit,
                $"[{i}]: expected {value} within {limit}, got {actual[i]}");
        }
    }

    private static PtxProgram Program(Precision precision) => precision == Precision.Int8 ? Program<IntegerTensor>(false) : Program<BFloat16Tensor>(false);

    private static PtxProgram Program<TTensor>(bool isAligned) => Programs.Single(
        entry => entry.Key.Contains(typeof(TTensor).Name, StringComparison.Ordinal)
            && entry.Key.Contains(isAligned ? nameof(AlignedAccess) : nameof(AnyAccess), StringComparison.Ordinal)).Value.Value;

    private static MethodInfo Method(string name) => KernelMethods.Tensors().Single(method => PtxListing.Name(method) == name);

    [GeneratedRegex(@"\.shared \.align 16 \.b8 __shared_alloca\d+\[")]
    private static partial Regex SharedArray();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex UsedRegisters();
}
