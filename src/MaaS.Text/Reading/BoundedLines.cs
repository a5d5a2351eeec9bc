using System.Text;

namespace MaaS.Text.Reading;

/// <summary>The lines of a text, of which none takes more memory than it may: a file can be one line.</summary>
internal static class BoundedLines
{
    /// <summary>Reads line by line.</summary>
    /// <param name="reader">Read to its end.</param>
    /// <param name="longest">Most characters of a line that are kept.</param>
    /// <returns>Each line without its line feed and its length; of a longer one the length alone.</returns>
    public static IEnumerable<(string? Line, long Length)> Read(TextReader reader, int longest)
    {
        var buffer = new char[1 << 14];
        var line = new StringBuilder();
        long length = 0;
        int read;
        while ((read = reader.Read(buffer, 0, buffer.Length)) > 0)
        {
            for (var start = 0; start < read;)
            {
                var feed = Array.IndexOf(buffer, '\n', start, read - start);
                var end = feed < 0 ? read : feed;
                length += end - start;
                if (length <= longest)
                {
                    line.Append(buffer, start, end - start);
                }

                start = end + 1;
                if (feed >= 0)
                {
                    yield return (length <= longest ? line.ToString() : null, length);
                    line.Clear();
                    length = 0;
                }
            }
        }

        if (length > 0)
        {
            yield return (length <= longest ? line.ToString() : null, length);
        }
    }
}
