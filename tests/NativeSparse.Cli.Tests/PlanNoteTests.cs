using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class PlanNoteTests
{
    [Theory]
    [InlineData("convert MODEL -o OUT")]
    [InlineData("run MODEL --random 1")]
    [InlineData("bench model MODEL --rounds 1")]
    public async Task An_entry_behind_a_star_is_named(string command)
    {
        using var folder = new TemporaryFolder();
        var (model, plan) = (folder.File("model.onnx"), folder.File("plan.json"));
        SmallModel.Write(model, ["layer.0", "layer.1"]);
        await File.WriteAllTextAsync(
            plan,
            """{"sites":[{"name":"*","form":"dense"},{"name":"/layer.1/ffn","form":"dense","precision":"int8"}]}""",
            TestContext.Current.CancellationToken);
        string[] arguments = [.. command.Split(' ').Select(word => word switch { "MODEL" => model, "OUT" => folder.File("out.onnx"), _ => word })];

        var capture = await Capture.Run([.. arguments, "--plan", plan]);

        Assert.Equal(0, capture.ExitCode);
        Assert.Contains("note: the plan's entry '/layer.1/ffn' (dense) has no effect: '*' (dense) before it", capture.Out + capture.Error, StringComparison.Ordinal);
    }
}
