using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;
using NativeSparse.Onnx.Tests.Model;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Onnx.Tests.Fuzzing;

/// <summary>
/// Damaged files through Load, FindFeedForwards and ReadWeights: a <see cref="ModelFormatException"/> or an answer, nothing else.
/// NATIVESPARSE_FUZZ_COUNT says how many (1,500), NATIVESPARSE_FUZZ_START the first.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const long MemoryLimit = 1L << 30;
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    [Fact]
    public void Damaged_files_give_typed_exceptions_or_answers()
    {
        var zoo = SharedData.Folder("zoo");
        var mutator = new ModelMutator([.. Generated(), .. SharedData.Files("*.onnx", "zoo").Select(File.ReadAllBytes)]);
        var start = Number("NATIVESPARSE_FUZZ_START", 0);
        var count = Number("NATIVESPARSE_FUZZ_COUNT", 1500);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failures = new List<string>();
        var (slowest, slowestIndex, largest, largestIndex) = (TimeSpan.Zero, -1, 0L, -1);
        for (var index = start; index < start + count; index++)
        {
            var mutant = mutator.Mutant(index);
            var clock = Stopwatch.StartNew();
            var (outcome, allocated) = Watched(index, () => Outcome(mutant, zoo));
            if (clock.Elapsed > slowest)
            {
                (slowest, slowestIndex) = (clock.Elapsed, index);
            }

            if (allocated > largest)
            {
                (largest, largestIndex) = (allocated, index);
            }

            var known = outcome is "refused" or "sites" or "no sites";
            outcomes[known ? outcome : "FAILED"] = outcomes.GetValueOrDefault(known ? outcome : "FAILED") + 1;
            if (!known && failures.Count < 50)
            {
                failures.Add($"mutant {index}: {outcome}");
            }
        }

        output.WriteLine($"{count} mutants from {start}: {string.Join(", ", outcomes.Select(entry => $"{entry.Value} {entry.Key}"))}");
        output.WriteLine($"slowest {slowest.TotalMilliseconds:F0} ms (mutant {slowestIndex}), most allocated {largest >> 20} MB (mutant {largestIndex}), peak of the process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
        failures.ForEach(output.WriteLine);
        Assert.Empty(failures);
        Assert.True(largest < MemoryLimit, $"mutant {largestIndex} allocated {largest} bytes");
    }

    private static (string Outcome, long Allocated) Watched(int index, Func<string> work)
    {
        // Its own thread: a hang then fails the test with the mutant's number instead of stopping the run.
        var result = ("", 0L);
        var thread = new Thread(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var outcome = work();
            result = (outcome, GC.GetAllocatedBytesForCurrentThread() - before);
        })
        {
            IsBackground = true,
        };
        thread.Start();
        Assert.True(thread.Join(Hang), $"mutant {index} hangs");
        return result;
    }

    private static string Outcome(byte[] mutant, string? folder)
    {
        try
        {
            var found = OnnxModel.Load(mutant, folder).FindFeedForwards();
            foreach (var site in found.Sites.Where(site => site.Parameters < 10_000_000))
            {
                site.ReadWeights();
            }

            return found.Sites.Count > 0 ? "sites" : "no sites";
        }
        catch (ModelFormatException)
        {
            return "refused";
        }
        catch (Exception exception)
        {
            // The point of the test: whatever else comes out is reported with its place.
            return exception.ToString();
        }
    }

    private static IEnumerable<byte[]> Generated()
    {
        var model = SampleModels.Chain(4, 16);
        yield return model.ToByteArray();
        model.Graph.Node[1].OpType = "F";
        model.Graph.Node[1].Domain = "local";
        var function = new FunctionProto { Name = "F", Domain = "local" };
        function.Input.Add(["a", "b"]);
        function.Output.Add("c");
        function.Node.Add(SampleModels.Node("Add", ["a", "b"], ["c"]));
        model.Functions.Add(function);
        yield return model.ToByteArray();
        var body = SampleModels.Graph([], ["b"], SampleModels.Node("Relu", ["x"], ["b"]));
        var branch = SampleModels.Graph(["x", "c"], ["y"], SampleModels.Node("If", ["c"], ["y"], "if", "", SampleModels.Attribute("then_branch", body)));
        yield return SampleModels.Model(branch).ToByteArray();
        yield return SampleModels.Adding(SampleModels.External("w", "w.bin", 0, 8, 2)).ToByteArray();
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
