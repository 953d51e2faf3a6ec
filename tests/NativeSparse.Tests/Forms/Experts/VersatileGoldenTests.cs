using NativeSparse.Kernels;
using NativeSparse.Tests.Forms.Experts.Converters;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts;

/// <summary>The width path of VersatileFFN: virtual experts that are ranges of one network, beside reference vectors.</summary>
public sealed unsafe class VersatileGoldenTests
{
    public static TheoryData<string> Cases => GoldenCase.List("versatileffn");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ranges_of_one_network_are_the_virtual_experts(string file)
    {
        var golden = GoldenCase.Open("versatileffn", file);
        foreach (var name in GoldenBackends.Names)
        {
            using var backend = BackendCatalog.Open(name);
            Check(golden, backend);
        }
    }

    private static void Check(GoldenCase golden, Backend backend)
    {
        var (tokens, d) = (golden.Shape("u")[0], golden.Shape("u")[1]);
        var h = golden.Shape("ff_out.weight")[1];
        int Setting(string key) => golden.Settings.GetProperty(key).GetInt32();
        using var memory = new Scratch();
        using var scratch = new Scratch();
        var execution = new Execution(SerialSplitter.Instance, scratch);
        var (u, x, y) = (golden.Floats("u"), memory.Rent(tokens, d), memory.Rent(tokens, d));
        u.CopyTo(new Span<float>((float*)y.Address, u.Length));
        Normalize(u, golden.Floats("ff_norm.weight"), new Span<float>((float*)x.Address, u.Length));

        // The first half of the stacked projection is the value, the second the gate.
        var stacked = golden.Floats("ff_proj.weight");
        using var up = backend.Dense.Pack(Turn(stacked[..(h * d)], h, d), d, h, Precision.Float32);
        using var gate = backend.Dense.Pack(Turn(stacked[(h * d)..], h, d), d, h, Precision.Float32);
        using var down = backend.Dense.Pack(golden.Linear("ff_out.weight"), h, d, Precision.Float32);
        var starts = golden.Settings.GetProperty("expert_start").EnumerateArray().Select(start => start.GetInt32());
        using var experts = backend.Experts.Slice(
            new FeedForwardMatrices { Up = up, Gate = gate, Down = down, Activation = new Activation(ActivationKind.Silu) },
            starts.Select(start => new ExpertSlice(start, Setting("expert_width"))).ToArray());

        var scores = memory.Rent(tokens, experts.Experts);
        golden.Floats("router_logits").CopyTo(new Span<float>((float*)scores.Address, tokens * experts.Experts));
        var routing = Routing.Rent(memory, tokens, Setting("k"));
        backend.Routing.Run(execution, scores, new RoutingOptions { K = Setting("k"), Weights = RoutingWeights.SoftmaxRenormalized }, routing);

        // The weights of a token sum to 1, so that the residual of every expert is the token's own.
        backend.Experts.Run(execution, x, routing, experts, 1, y);
        Closeness.Check(
            golden.Doubles("width_out_f64").Select(value => (float)value).ToArray(),
            new ReadOnlySpan<float>((float*)y.Address, tokens * d).ToArray().Select(value => (double)value).ToArray(),
            backend.Name);
    }

    private static void Normalize(float[] rows, float[] gain, Span<float> normalized)
    {
        for (var start = 0; start < rows.Length; start += gain.Length)
        {
            var square = rows.AsSpan(start, gain.Length).ToArray().Average(value => (double)value * value);
            for (var i = 0; i < gain.Length; i++)
            {
                normalized[start + i] = (float)(gain[i] * rows[start + i] / Math.Sqrt(square + 1e-6));
            }
        }
    }

    private static float[] Turn(float[] stored, int rows, int columns)
    {
        var turned = new float[stored.Length];
        for (var i = 0; i < stored.Length; i++)
        {
            turned[((i % columns) * rows) + (i / columns)] = stored[i];
        }

        return turned;
    }
}
