using NativeSparse.Measurement;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class ReadmeResultsTests : IDisposable
{
    private const string Demo = """
        {
          "environment": { "cpu": "A Processor", "threads": 2, "backend": "cpu:vector256", "onnxRuntime": "1.2.3" },
          "conversions": [
            { "name": "dense", "seconds": 0.5, "calibrationTokens": 0, "error": null },
            { "name": "experts 25 %", "seconds": 4.25, "calibrationTokens": 16384, "error": 0.25, "centredOracleError": 0.125 }
          ],
          "heldOutTokens": 16320,
          "rows": [
            { "name": "onnxruntime float32", "threads": 1, "prefillMilliseconds": 10, "decodeMilliseconds": 1, "prefillTokensPerSecond": 22400,
              "decodeTokensPerSecond": 1000, "ratioPrefill": 1, "ratioDecode": 1, "perplexity": 34.125, "perplexityRatio": 1, "activeShare": 1 },
            { "name": "experts 25 %", "threads": 1, "prefillMilliseconds": 5, "decodeMilliseconds": 0.5, "prefillTokensPerSecond": 44800,
              "decodeTokensPerSecond": 2000, "ratioPrefill": 2, "ratioDecode": 1.5, "perplexity": null, "perplexityRatio": null, "activeShare": 0.25 }
          ],
          "samples": [],
          "remarks": []
        }
        """;

    private static readonly string[] Order = ["### A Processor", "### B Processor", "Kernels, 1 thread", "Kernels, 2 threads"];
    private readonly DirectoryInfo _results = Directory.CreateTempSubdirectory("nativesparse-results-");

    public void Dispose() => _results.Delete(recursive: true);

    [Fact]
    public void Readme_shows_the_recorded_results()
    {
        var file = Path.Combine(SharedData.RepositoryRoot, "README.md");
        var document = File.ReadAllText(file);

        var rendered = ReadmeResults.Insert(document, ReadmeResults.Render(RecordFolders.Results));

        Assert.True(rendered == document, "README.md is out of date: dotnet run -c Release --project perf/NativeSparse.Perf -- readme");
    }

    [Fact]
    public void A_demo_alone_is_a_section()
    {
        Write("one", "demo.json", Demo);

        var text = ReadmeResults.Render(_results.FullName);

        Assert.StartsWith("\n### A Processor\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| onnxruntime float32 | 1 | 22,400 | 1.00 | 1,000 | 1.00 | 34.13 | 1.000 | 1.00 |\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| experts 25 % | 1 | 44,800 | 2.00 | 2,000 | 1.50 |  |  | 0.25 |\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| experts 25 % | 0.250 | 0.125 | 16,384 | 4.3 |\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n| dense |", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Kernels", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernels_alone_are_a_section_with_a_column_for_each_number_of_tokens()
    {
        WriteKernels("two", threads: 1);

        var text = ReadmeResults.Render(_results.FullName);

        Assert.StartsWith("\n### B Processor\n\nKernels, 1 thread", text, StringComparison.Ordinal);
        Assert.Contains("| T = 8 | T = 128 |\n|---|---:|---:|\n| 24x40 | 1.25 (0.50) | 1.50 (0.75) |\n", text, StringComparison.Ordinal);
        Assert.Contains("| T = 8 |\n|---|---:|\n| 24x64 2 of 8 | 3.00 / 3.50 |\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("9.99", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_processor_and_every_number_of_threads_has_its_place()
    {
        WriteKernels("two", threads: 2);
        WriteKernels("two", threads: 1);
        Write("one", "demo.json", Demo);
        Write("three", "notes.txt", "no record");

        var text = ReadmeResults.Render(_results.FullName);

        var places = Order.Select(part => text.IndexOf(part, StringComparison.Ordinal)).ToArray();
        Assert.All(places, place => Assert.True(place > 0));
        Assert.Equal(places.Order(), places);
        Assert.Equal(3, text.Split("###").Length);
    }

    [Fact]
    public void Rendering_again_changes_nothing()
    {
        Write("one", "demo.json", Demo);
        WriteKernels("one", threads: 1);
        var sections = ReadmeResults.Render(_results.FullName);
        const string Empty = "before\n\n<!-- results -->\n<!-- /results -->\n\nafter\n";

        var once = ReadmeResults.Insert(Empty, sections);

        Assert.Contains(sections, once, StringComparison.Ordinal);
        Assert.Equal(once, ReadmeResults.Insert(once, sections));
        Assert.Equal(Empty, ReadmeResults.Insert(once, ""));
    }

    [Fact]
    public void The_command_writes_the_document()
    {
        Write("one", "demo.json", Demo);
        var document = Path.Combine(_results.FullName, "document.md");
        File.WriteAllText(document, "<!-- results -->\n<!-- /results -->\n");
        string[] arguments = ["--results", _results.FullName, "--document", document];

        Assert.Equal(0, ReadmeCommand.Run(arguments));
        var once = File.ReadAllText(document);
        Assert.Contains("### A Processor", once, StringComparison.Ordinal);
        Assert.Equal(0, ReadmeCommand.Run(arguments));
        Assert.Equal(once, File.ReadAllText(document));
        Assert.Equal(2, ReadmeCommand.Run(["--results"]));
    }

    [Theory]
    [InlineData("no markers")]
    [InlineData("<!-- /results -->\n<!-- results -->\n")]
    [InlineData("<!-- results -->\n<!-- results -->\n<!-- /results -->\n")]
    public void A_document_without_its_markers_is_refused(string document) =>
        Assert.Throws<InvalidDataException>(() => ReadmeResults.Insert(document, ""));

    [Theory]
    [InlineData("null")]
    [InlineData("{ \"rows\": [] }")]
    [InlineData("not JSON")]
    public void A_demo_record_that_is_none_names_its_file(string content)
    {
        Write("one", "demo.json", content);

        var exception = Assert.Throws<InvalidDataException>(() => ReadmeResults.Render(_results.FullName));

        Assert.Contains("demo.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_recorded_is_nothing_shown() => Assert.Equal("", ReadmeResults.Render(Path.Combine(_results.FullName, "absent")));

    private static KernelBenchRow Row(string family, string @case, int tokens, double ratio, double? dense, double? peak, bool picked = true) => new()
    {
        Family = family,
        Case = @case,
        Precision = "float32",
        Tokens = tokens,
        Threads = 1,
        Cold = false,
        Backend = "cpu",
        Milliseconds = 1,
        P10Milliseconds = 1,
        RatioToDense = dense,
        RatioToOnnxRuntime = ratio,
        ShareOfPeak = peak,
        AllocatedBytes = 0,
        Picked = picked,
    };

    private void WriteKernels(string cpu, int threads)
    {
        var environment = new KernelBenchEnvironment("B Processor", 4, threads, "cpu:vector256", 118, 25.1, "1.2.3", ".NET 10.0.0");
        KernelBenchRow[] rows =
        [
            Row("dense", "24x40", 128, 1.5, 1, 0.75),
            Row("dense", "24x40", 8, 1.25, 1, 0.5),
            Row("dense", "24x40", 8, 9.99, 1, 0.5, picked: false),
            Row("experts", "24x64 2 of 8", 8, 3.5, 3, null),
            Row("routing", "2 of 8", 8, 9.99, null, null),
        ];
        KernelRecord.Write(new KernelBenchResult(environment, rows), Path.Combine(_results.FullName, cpu), threads);
    }

    private void Write(string cpu, string name, string content)
    {
        var folder = _results.CreateSubdirectory(cpu);
        File.WriteAllText(Path.Combine(folder.FullName, name), content);
    }
}
