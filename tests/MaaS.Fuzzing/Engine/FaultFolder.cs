using System.Security.Cryptography;
using System.Text;

namespace MaaS.Fuzzing.Engine;

/// <summary>The faults found: of each the shortest input that shows it, and what happened.</summary>
internal sealed class FaultFolder(string path)
{
    private readonly Dictionary<string, int> _lengths = [];

    /// <summary>Different faults of this process.</summary>
    public int Count => _lengths.Count;

    /// <summary>Keeps an input unless a shorter one shows the same.</summary>
    /// <returns>Whether the fault is new.</returns>
    public bool Add(Fault fault, byte[] input)
    {
        var isNew = !_lengths.TryGetValue(fault.Key, out var length);
        if (isNew || input.Length < length)
        {
            _lengths[fault.Key] = input.Length;
            var file = Path.Combine(
                path, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(fault.Key)), 0, 6));
            Directory.CreateDirectory(path);
            File.WriteAllBytes(file + ".bin", input);
            File.WriteAllText(file + ".txt", $"{fault.Key}\n\n{fault.Details}\n");
        }

        return isNew;
    }
}
