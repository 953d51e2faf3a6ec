using NativeSparse.Kernels;
using NativeSparse.Tests.Forms.Experts.Converters;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts;

/// <summary>MixLoRA layers with the reference's routing: one shared network and low-rank deltas, outputs within 1e-5.</summary>
public sealed unsafe class LowRankGoldenTests
{
    /// <summary>Layers whose deltas are not added to one projection each (DoRA, a fused gate and up), and a whole model.</summary>
    private static readonly string[] _others = ["topk_dora", "topk_phi3_fused_gate_up", "tiny_adapter_logits"];

    public static TheoryData<string> Cases =>
        [.. GoldenCase.List("mixlora").Where(row => !_others.Contains(Path.GetFileNameWithoutExtension(row.Data))).Select(row => row.Data)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Deltas_beside_a_shared_network_are_the_experts(string file)
    {
        var golden = GoldenCase.Open("mixlora", file);
        foreach (var name in GoldenBackends.Names)
        {
            using var backend = BackendCatalog.Open(name);
            Check(golden, backend);
        }
    }

    private static void Check(GoldenCase golden, Backend backend)
    {
        var isPlain = golden.Has("fc1.weight");
        var (upName, downName) = isPlain ? ("fc1", "fc2") : ("up_proj", "down_proj");
        var (tokens, d) = (golden.Shape("x")[0], golden.Shape("x")[1]);
        var (n, h) = (golden.Shape("route_dense")[1], golden.Shape(upName + ".weight")[0]);
        using var memory = new Scratch();
        using var scratch = new Scratch();
        var execution = new Execution(SerialSplitter.Instance, scratch);
        var (x, y) = (Place(memory, golden.Floats("x"), tokens), Place(memory, new float[tokens * d], tokens));
        using var up = backend.Dense.Pack(golden.Linear(upName + ".weight"), d, h, Precision.Float32);
        using var gate = isPlain ? null : backend.Dense.Pack(golden.Linear("gate_proj.weight"), d, h, Precision.Float32);
        using var down = backend.Dense.Pack(golden.Linear(downName + ".weight"), h, d, Precision.Float32);
        using var experts = backend.Experts.Pack(Deltas(golden, upName, downName, n, d, h));
        var network = new FeedForwardMatrices
        {
            Up = up,
            UpBias = isPlain ? Place(memory, golden.Floats("fc1.bias"), 1) : default,
            Gate = gate,
            Activation = new Activation(
                golden.Settings.GetProperty("act").GetString() == "silu" ? ActivationKind.Silu : ActivationKind.GeluTanh),
            Down = down,
            DownBias = isPlain ? Place(memory, golden.Floats("fc2.bias"), 1) : default,
        };
        var routes = golden.Floats("route_dense");
        backend.Experts.Run(execution, x, Route(memory, routes, tokens, n), network, experts, 1, y);

        // A token that no expert has room for is the caller's to pass on.
        var taken = Enumerable.Range(0, tokens).Where(t => routes.AsSpan(t * n, n).ContainsAnyExcept(0f)).ToArray();
        Assert.NotEmpty(taken);
        var expected = golden.Floats("y");
        Closeness.Check(
            taken.SelectMany(t => expected[(t * d)..((t + 1) * d)]).ToArray(),
            taken.SelectMany(t => new ReadOnlySpan<float>((float*)y.Address + (t * d), d).ToArray()).Select(value => (double)value).ToArray(),
            backend.Name);
    }

    private static LowRankWeights Deltas(GoldenCase golden, string up, string down, int experts, int d, int h)
    {
        string Name(string projection, int expert, string part) => $"mixlora.layers.0.mlp.{projection}.experts.{expert}.lora_{part}.weight";
        float[] All(string projection, string part) => golden.Has(Name(projection, 0, part))
            ? Enumerable.Range(0, experts).SelectMany(e => golden.Linear(Name(projection, e, part))).ToArray()
            : [];
        return new LowRankWeights
        {
            Experts = experts,
            InputWidth = d,
            HiddenWidth = h,
            OutputWidth = d,
            Rank = golden.Settings.GetProperty("r").GetInt32(),
            Scale = golden.Settings.GetProperty("scale").GetSingle(),
            UpIn = All(up, "A"),
            UpOut = All(up, "B"),
            GateIn = All("gate_proj", "A"),
            GateOut = All("gate_proj", "B"),
            DownIn = All(down, "A"),
            DownOut = All(down, "B"),
        };
    }

    private static Routing Route(Scratch memory, float[] routes, int tokens, int experts)
    {
        var routing = Routing.Rent(memory, tokens, experts);
        for (var t = 0; t < tokens; t++)
        {
            var chosen = Enumerable.Range(0, experts).Where(e => routes[(t * experts) + e] != 0).ToArray();
            ((int*)routing.Counts.Address)[t] = chosen.Length;
            for (var i = 0; i < chosen.Length; i++)
            {
                ((int*)routing.Experts.Address)[(t * routing.Experts.Stride) + i] = chosen[i];
                ((float*)routing.Weights.Address)[(t * routing.Weights.Stride) + i] = routes[(t * experts) + chosen[i]];
            }
        }

        return routing;
    }

    private static View Place(Scratch memory, float[] values, int rows)
    {
        var view = memory.Rent(rows, values.Length / rows);
        values.CopyTo(new Span<float>((float*)view.Address, values.Length));
        return view;
    }
}
