using System.Text.Json;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class CommandLineTests
{
    private static readonly string[] Commands = ["demo", "devices", "selftest", "inspect", "convert", "run", "bench", "bench model"];

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("")]
    [InlineData("inspect")]
    [InlineData("bench")]
    [InlineData("bench model")]
    [InlineData("inspect a b")]
    [InlineData("convert model.onnx")]
    [InlineData("convert model.onnx -o model.onnx")]
    [InlineData("convert model.onnx -o out.onnx --form nonsense")]
    [InlineData("convert model.onnx -o out.onnx --form dense --experts 8")]
    [InlineData("convert model.onnx -o out.onnx --form dense --method contiguous")]
    [InlineData("convert model.onnx -o out.onnx --form experts --method nonsense")]
    [InlineData("convert model.onnx -o out.onnx --form experts --experts many")]
    [InlineData("convert model.onnx -o out.onnx --form experts --active half")]
    [InlineData("convert model.onnx -o out.onnx --form experts --k 99999999999999")]
    [InlineData("convert model.onnx -o out.onnx --form experts --seed 99999999999")]
    [InlineData("convert model.onnx -o out.onnx --precision bfloat8")]
    [InlineData("convert model.onnx -o out.onnx --threads 0")]
    [InlineData("convert model.onnx -o out.onnx --threads x")]
    [InlineData("convert model.onnx -o out.onnx --form experts --active NaN")]
    [InlineData("convert model.onnx -o out.onnx --form experts --copies 8")]
    [InlineData("convert model.onnx -o out.onnx --form experts --method contiguous --granularity 2")]
    [InlineData("convert model.onnx -o out.onnx --form experts --method contiguous --refit false")]
    [InlineData("convert model.onnx -o out.onnx --form experts --method dynamic-dino --experts 8")]
    [InlineData("bench kernels --family lowrank --cold")]
    [InlineData("bench kernels --family routing --cold --shape 8x768x3072")]
    [InlineData("bench kernels --family lowrank --cold --shape 8x768x3072")]
    [InlineData("bench kernels --family ffn --cold --precision bfloat16")]
    [InlineData("bench kernels --family routing --precision int8 --shape 8x768x3072")]
    [InlineData("bench kernels --family lowrank --precision int4")]
    [InlineData("bench kernels --family rowsparse --precision int4")]
    [InlineData("bench kernels --family sparse --precision int4")]
    [InlineData("bench kernels --family sparse --precision bfloat16 --shape 8x24x40")]
    [InlineData("bench kernels --family blockdiagonal --cold")]
    [InlineData("bench kernels --family dense --precision int4 --shape 4x32x48 --backend ilgpu-cpu")]
    [InlineData("bench kernels --family dense --backend ilgpu-cpu")]
    [InlineData("bench model model.onnx --rounds x")]
    [InlineData("bench model model.onnx --shapes 99999999x99999999")]
    [InlineData("bench kernels --threads x")]
    [InlineData("run model.onnx")]
    [InlineData("run model.onnx --random x")]
    [InlineData("bench model model.onnx --shapes 1x")]
    [InlineData("bench model model.onnx --shapes 0x4")]
    [InlineData("bench model model.onnx --rounds 0")]
    [InlineData("bench model model.onnx --shapes 1x1000000000")]
    [InlineData("bench kernels --family dense --shape 1000000x1000000x1000000")]
    [InlineData("bench kernels --family experts --shape 100x10x7")]
    [InlineData("bench kernels --shape bert-huge")]
    [InlineData("bench kernels --family ffn --shape mobilenetv2")]
    [InlineData("run model.onnx --random 1 --threads 100000")]
    [InlineData("run model.onnx --random 1 --atol NaN")]
    [InlineData("run model.onnx --random 1 --rtol -1")]
    [InlineData("run model.onnx --random 1 --atol x")]
    public async Task A_wrong_command_line_is_refused_with_exit_code_2(string line)
    {
        var capture = await Capture.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, capture.ExitCode);
        Assert.Empty(capture.Out);
        Assert.StartsWith("error: ", capture.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", capture.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_file_that_differs_is_the_answer_no()
    {
        var failure = Failure.From(new SavedFileException("other values", "site"));

        Assert.Equal((ExitCode.No, "site"), (failure!.ExitCode, failure.Error.Site));
    }

    [Fact]
    public async Task Outputs_in_a_folder_that_does_not_exist_are_refused_before_the_run()
    {
        using var folder = new TemporaryFolder();
        var capture = await Capture.Run("run", DefaultModel.Model, "--random", "1", "--outputs", Path.Combine(folder.File("missing"), "out.npz"));

        Assert.Equal(3, capture.ExitCode);
        Assert.Contains("the folder of the output does not exist", capture.Error, StringComparison.Ordinal);
        Assert.Empty(capture.Out);
    }

    [Fact]
    public async Task What_a_fit_needs_is_named()
    {
        using var folder = new TemporaryFolder();
        var capture = await Capture.Run("convert", DefaultModel.Model, "-o", folder.File("out.onnx"), "--form", "experts");

        Assert.Equal(3, capture.ExitCode);
        Assert.Contains("give --calibrate DATA", capture.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "out.onnx", 3)]
    [InlineData("model.onnx", "", 2)]
    public async Task An_empty_path_is_refused(string model, string output, int exitCode)
    {
        var capture = await Capture.Run("convert", model, "-o", output);

        Assert.Equal(exitCode, capture.ExitCode);
        Assert.StartsWith("error: ", capture.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--attention", "int8")]
    [InlineData("--min-quality", "0.99")]
    [InlineData("--max-error", "0.1")]
    [InlineData("--target-speedup", "2")]
    [InlineData("--choices", "file.json")]
    [InlineData("--tokens", "1,128")]
    [InlineData("--report", "file.html")]
    public async Task An_option_of_a_later_version_is_named(string option, string value)
    {
        var capture = await Capture.Run("convert", "model.onnx", "-o", "out.onnx", option, value);

        Assert.Equal(2, capture.ExitCode);
        Assert.Contains($"'{option}' is not in this version", capture.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_explains_itself()
    {
        foreach (var command in Commands)
        {
            var capture = await Capture.Run([.. command.Split(' '), "--help"]);

            Assert.Equal(0, capture.ExitCode);
            Assert.Contains($"nativesparse {command}", capture.Out, StringComparison.Ordinal);
            Assert.Empty(capture.Error);
        }
    }

    [Fact]
    public async Task Help_lists_the_forms_and_their_options()
    {
        var capture = await Capture.Run("convert", "--help");

        foreach (var form in Forms.FormCatalog.List())
        {
            Assert.Contains(form.Name, capture.Out, StringComparison.Ordinal);
            Assert.All(form.Options, option => Assert.Contains($"--{option.Name}", capture.Out, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("inspect missing.onnx --json")]
    [InlineData("convert missing.onnx -o out.onnx --json")]
    [InlineData("run missing.onnx --random 1 --json")]
    [InlineData("bench model missing.onnx --json")]
    [InlineData("convert missing.onnx -o out.onnx --plan missing.onnx --json")]
    public async Task A_missing_file_is_an_error_document_and_exit_code_3(string line)
    {
        var capture = await Capture.Run(line.Split(' '));

        Assert.Equal(3, capture.ExitCode);
        var error = ErrorOf(capture);
        Assert.Equal("FileNotFoundException", error.GetProperty("kind").GetString());
        Assert.Equal("missing.onnx", error.GetProperty("path").GetString());
        Assert.Contains("does not exist", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_command_line_is_an_error_document_in_json_mode()
    {
        var capture = await Capture.Run("inspect", "--json");

        Assert.Equal(2, capture.ExitCode);
        Assert.Contains("nativesparse inspect --help", ErrorOf(capture).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_backend_is_exit_code_4()
    {
        var capture = await Capture.Run("run", DefaultModel.Model, "--random", "1", "--form", "dense", "--backend", "abacus", "--json");

        Assert.Equal(4, capture.ExitCode);
        Assert.Equal("BackendUnavailableException", ErrorOf(capture).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_exit_code_3()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("text.onnx");
        await File.WriteAllTextAsync(file, "this is no model", TestContext.Current.CancellationToken);

        var capture = await Capture.Run("inspect", file, "--json");

        Assert.Equal(3, capture.ExitCode);
        Assert.Equal("ModelFormatException", ErrorOf(capture).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task A_plan_that_is_none_is_exit_code_3_and_names_the_file()
    {
        using var folder = new TemporaryFolder();
        var plan = folder.File("plan.json");
        await File.WriteAllTextAsync(plan, """{ "version": 1, "sits": [] }""", TestContext.Current.CancellationToken);

        var capture = await Capture.Run("convert", DefaultModel.Model, "-o", folder.File("out.onnx"), "--plan", plan, "--json");

        Assert.Equal(3, capture.ExitCode);
        Assert.Equal(plan, ErrorOf(capture).GetProperty("path").GetString());
    }

    private static JsonElement ErrorOf(Capture capture)
    {
        var document = capture.Json();
        Assert.Equal(["error"], document.EnumerateObject().Select(field => field.Name));
        var error = document.GetProperty("error");
        Assert.Equal(["kind", "message", "path", "site"], error.EnumerateObject().Select(field => field.Name));
        return error;
    }

    [Theory]
    [InlineData("experts", "--copies 8", "dynamic-dino")]
    [InlineData("dense", "--experts 8", "experts")]
    public async Task An_option_that_no_entry_of_a_plan_reads_is_refused(string form, string option, string wanted)
    {
        using var folder = new TemporaryFolder();
        var plan = folder.File("plan.json");
        await File.WriteAllTextAsync(plan, $$"""{"sites":[{"name":"*","form":"{{form}}"}]}""", TestContext.Current.CancellationToken);

        var capture = await Capture.Run(["convert", DefaultModel.Model, "-o", folder.File("out.onnx"), "--plan", plan, .. option.Split(' ')]);

        Assert.Equal(2, capture.ExitCode);
        Assert.Contains(wanted, capture.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_shape_is_timed_with_weights_from_memory_where_that_is_asked_for()
    {
        // 768x3072 is also the name of standard cases.
        var capture = await Capture.Run("bench", "kernels", "--family", "dense", "--shape", "1x768x3072", "--cold", "--rounds", "1", "--json");

        Assert.Equal(0, capture.ExitCode);
        var row = Assert.Single(capture.Json().GetProperty("rows").EnumerateArray());
        Assert.True(row.GetProperty("cold").GetBoolean());
    }
}
