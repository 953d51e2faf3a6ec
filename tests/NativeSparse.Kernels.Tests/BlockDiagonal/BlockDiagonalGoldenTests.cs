using NativeSparse.Onnx;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>The structured linears of StructuredFFN, and whole networks of them, beside reference vectors: within 1e-5.</summary>
public sealed class BlockDiagonalGoldenTests
{
    private const string NoFile = "(none)";
    private const double Limit = 1e-5;

    public static TheoryData<string> Linears => List(isNetwork: false);

    public static TheoryData<string> Networks => List(isNetwork: true);

    [Theory]
    [MemberData(nameof(Linears))]
    public void A_linear_gives_the_stored_output(string file)
    {
        var golden = Open(file);
        var isGuided = golden.Tensors.Any(tensor => tensor.Name == "out_factored");
        foreach (var open in (Func<Backend>[])[Versions.Reference, Versions.Vector128, Versions.Vector256, Versions.Vector512])
        {
            using var backend = open();
            using var linear = new StructuredLinear(backend, golden, "");
            using var x = Place(golden["x"]);
            AssertNear(golden[isGuided ? "out_factored" : "out"].ToSingles(), linear.Run(x, hasBias: false, default));
            if (!isGuided)
            {
                AssertNear(golden["y"].ToSingles(), linear.Run(x, hasBias: true, default));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_gives_the_stored_output(string file)
    {
        var golden = Open(file);
        foreach (var open in (Func<Backend>[])[Versions.Reference, Versions.Vector128, Versions.Vector256, Versions.Vector512])
        {
            using var backend = open();
            using var up = new StructuredLinear(backend, golden, "fc1.");
            using var down = new StructuredLinear(backend, golden, "fc2.");
            using var x = Place(golden["x"]);
            AssertNear(golden["fc1_out"].ToSingles(), up.Run(x, hasBias: false, default));
            var isGated = file.Contains("swiglu", StringComparison.Ordinal);
            var values = up.Run(x, hasBias: true, new Activation(isGated ? ActivationKind.Identity : ActivationKind.GeluTanh));
            using var hidden = Place(isGated ? Gate(values, x.View.Rows) : values, x.View.Rows);
            AssertNear(golden["hidden"].ToSingles(), hidden.Values());
            AssertNear(golden["y"].ToSingles(), down.Run(hidden, hasBias: true, default));
        }
    }

    private static TheoryData<string> List(bool isNetwork)
    {
        var files = SharedData.Files("*.safetensors", "golden", "structuredffn").Select(path => Path.GetFileName(path)!)
            .Where(name => name.StartsWith("ffn_", StringComparison.Ordinal) == isNetwork).ToList();
        return new TheoryData<string>(files.Count == 0 ? [NoFile] : files);
    }

    private static TensorFile Open(string file)
    {
        Assert.SkipWhen(file == NoFile, SharedData.Absent);
        return TensorFile.Read(Path.Combine(SharedData.Folder("golden", "structuredffn")!, file));
    }

    private static Operand Place(ConstantTensor tensor) => Place(tensor.ToSingles(), (int)tensor.Shape[0]);

    private static Operand Place(float[] values, int rows)
    {
        var operand = new Operand(rows, values.Length / rows);
        for (var t = 0; t < rows; t++)
        {
            values.AsSpan(t * operand.View.Columns, operand.View.Columns).CopyTo(operand.Row(t));
        }

        return operand;
    }

    /// <summary>silu of the first half of each row times the second half.</summary>
    private static float[] Gate(float[] values, int rows)
    {
        var width = values.Length / rows / 2;
        var silu = new Activation(ActivationKind.Silu);
        return [.. Enumerable.Range(0, rows * width).Select(i => (Row: i / width * 2 * width, Column: i % width))
            .Select(at => (float)ReferenceActivation.Exact(silu, values[at.Row + at.Column]) * values[at.Row + width + at.Column])];
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Limit));
    }
}
