namespace MaaS.Registry.Studies;

/// <summary>What all stores say in the same words.</summary>
internal static class StudyNames
{
    private const int Longest = 200;

    public static void Check(string name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > Longest)
        {
            throw new ArgumentException(
                $"study: expected a name of 1 to {Longest} characters, got '{name}'.", nameof(name));
        }
    }

    public static string Died(int attempts)
        => $"its worker showed no life any more, the last of {attempts} attempts";

    public static KeyNotFoundException Missing(long study)
        => new($"study: expected one that was opened in this store, got id {study}.");
}
