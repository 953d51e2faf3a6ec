using System.Globalization;
using Google.Protobuf;
using NativeSparse.Conversion;
using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Tests.Session;

/// <summary>Weights live once: what a process holds after loading a model of 300 MB, and at most while it loads.</summary>
public sealed class WeightMemoryTests(ITestOutputHelper output)
{
    private const int Layers = 12;
    private const int Width = 1024;
    private const int Hidden = 3072;
    private const long WeightBytes = Layers * 2L * Width * Hidden * sizeof(float);

    [Theory]
    [InlineData("dense", null)]
    [InlineData("experts", "contiguous")]
    public void A_large_model_is_held_once(string form, string? method)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("NATIVESPARSE_LARGE_TESTS") == "1", "set NATIVESPARSE_LARGE_TESTS=1 (1 GB of memory, alone in its process)");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory of the process is read from /proc");
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            Write(path);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            File.WriteAllText("/proc/self/clear_refs", "5");
            var before = Status("VmRSS");

            using var engine = SparseEngine.Load(
                path, new SparseOptions { Plan = ConversionPlan.ForEverySite(form, method), Threads = 1 }, TestContext.Current.CancellationToken);

            var peak = Status("VmHWM") - before;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            var held = Status("VmRSS") - before;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{form}: {engine.Info.Sites.Count} sites, weights {WeightBytes >> 20} MB, held {(double)held / WeightBytes:0.00}x, peak {(double)peak / WeightBytes:0.00}x"));
            Assert.Equal(Layers, engine.Info.Sites.Count);
            Assert.True(held < 1.25 * WeightBytes);
            Assert.True(peak < 2.3 * WeightBytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static long Status(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static void Write(string path)
    {
        var graph = new GraphProto { Name = "large" };
        graph.Input.Add(Value("x0"));
        for (var layer = 0; layer < Layers; layer++)
        {
            graph.Initializer.Add(Weights($"up{layer}", Width, Hidden));
            graph.Initializer.Add(Weights($"down{layer}", Hidden, Width));
            graph.Node.Add(new NodeProto { OpType = "MatMul", Name = $"m{layer}", Input = { $"x{layer}", $"up{layer}" }, Output = { $"h{layer}" } });
            graph.Node.Add(new NodeProto { OpType = "Relu", Name = $"r{layer}", Input = { $"h{layer}" }, Output = { $"a{layer}" } });
            graph.Node.Add(new NodeProto { OpType = "MatMul", Name = $"n{layer}", Input = { $"a{layer}", $"down{layer}" }, Output = { $"x{layer + 1}" } });
        }

        graph.Output.Add(Value($"x{Layers}"));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        using var file = File.Create(path);
        model.WriteTo(file);
    }

    private static TensorProto Weights(string name, int rows, int columns)
    {
        var bytes = new byte[rows * columns * sizeof(float)];
        new Random(rows).NextBytes(bytes);
        for (var i = 3; i < bytes.Length; i += sizeof(float))
        {
            // Exponents of numbers around one thousandth.
            bytes[i] = 0x3A;
        }

        return new TensorProto { Name = name, DataType = 1, Dims = { rows, columns }, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
    }

    private static ValueInfoProto Value(string name)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "tokens" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = Width });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } } };
    }
}
