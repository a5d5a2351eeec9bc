namespace MaaS.Registry.Studies;

/// <summary>What all stores say in the same words.</summary>
internal static class StudyNames
{
    private const int Longest = 200;
    private const string Dead = "its worker showed no life any more, the last of ";

    public static void Check(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > Longest)
        {
            throw new ArgumentException(
                $"study: expected a name of 1 to {Longest} characters, got '{name}'.", nameof(name));
        }
    }

    public static string Died(int attempts) => $"{Dead}{attempts} attempts";

    /// <summary>Whether a trial's note is that of a worker that died.</summary>
    public static bool SaysDied(string? note) => note?.StartsWith(Dead, StringComparison.Ordinal) == true;

    public static KeyNotFoundException Missing(long study)
        => new($"study: expected one that was opened in this store, got id {study}.");
}
