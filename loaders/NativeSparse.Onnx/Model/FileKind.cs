using System.Formats.Tar;

namespace NativeSparse.Onnx;

/// <summary>What lies at a path.</summary>
internal static class FileKind
{
    /// <summary>Whether the file at a path, links followed, is an ordinary one: no device, pipe or socket.</summary>
    internal static bool IsOrdinary(string path)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if (!File.Exists(target))
        {
            return false;
        }

        if (new FileInfo(target).Length > 0)
        {
            return true;
        }

        // What a path is, File does not say; the writer of archives does. Devices and pipes have no length, so that no data are archived.
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(target, "target");
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()?.EntryType is TarEntryType.RegularFile or TarEntryType.HardLink;
    }
}
