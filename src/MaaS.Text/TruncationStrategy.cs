namespace MaaS.Text;

/// <summary>Which of two texts is cut.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one first, then both alike.</summary>
    LongestFirst,

    /// <summary>The first; a second that leaves it no token is an error.</summary>
    OnlyFirst,

    /// <summary>The second; a first that leaves it no token is an error.</summary>
    OnlySecond,
}
