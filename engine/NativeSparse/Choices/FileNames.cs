using System.Globalization;

namespace NativeSparse.Choices;

/// <summary>Names of hardware as names of files.</summary>
internal static class FileNames
{
    /// <summary>Lower case, digits and single hyphens.</summary>
    public static string Plain(string name)
    {
        var parts = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLower(c, CultureInfo.InvariantCulture) : ' ')]);
        return string.Join('-', parts.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
