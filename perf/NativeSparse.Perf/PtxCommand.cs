using System.Globalization;
using NativeSparse.Kernels;

namespace NativeSparse.Perf;

/// <summary>Counts the instructions of the device kernels for NVIDIA's devices, without one. Exit code 1: a kernel uses local memory.</summary>
internal static class PtxCommand
{
    private const string Usage = "ptx [--kernel PART_OF_A_NAME] [--architecture SM_50|SM_80|SM_90]";

    public static int Run(IReadOnlyList<string> args, TextWriter output)
    {
        var (part, architecture) = ("", (string?)null);
        for (var i = 0; i < args.Count; i += 2)
        {
            switch (args[i])
            {
                case "--kernel" when i + 1 < args.Count:
                    part = args[i + 1];
                    break;
                case "--architecture" when i + 1 < args.Count:
                    architecture = args[i + 1];
                    break;
                default:
                    Console.Error.WriteLine($"unknown or incomplete argument '{args[i]}'; usage: {Usage}");
                    return 2;
            }
        }

        using var listing = new PtxListing();
        PtxCounts[] rows =
        [
            .. from kernel in KernelMethods.All()
               let name = PtxListing.Name(kernel)
               where name.Contains(part, StringComparison.OrdinalIgnoreCase)
               from compiled in listing.Compile(kernel)
               where architecture is null || compiled.Architecture == architecture
               select Write(output, name, compiled.Architecture, PtxCounts.Of(compiled.Code)),
        ];
        output.WriteLine("Each instruction once, however often it runs. The device's assembler joins products and sums; it decides on registers, and may spill more: ptxas -v shows it.");
        return rows.Length == 0 ? Refuse(part, architecture) : rows.Any(row => row.LocalAccesses > 0) ? 1 : 0;
    }

    private static PtxCounts Write(TextWriter output, string name, string architecture, PtxCounts counts)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {architecture}: {counts.Instructions} instructions; {counts.GlobalLoads} global loads, {counts.SharedLoads} shared loads, {counts.WideLoads} loads of 16 bytes; "
            + $"{counts.Products} products, {counts.Sums} sums, {counts.Fused} multiply-adds; {counts.Barriers} barriers; {counts.LocalAccesses} local accesses"));
        return counts;
    }

    private static int Refuse(string part, string? architecture)
    {
        Console.Error.WriteLine($"no kernel has '{part}' in its name for {architecture ?? "any architecture"}; usage: {Usage}");
        return 2;
    }
}
