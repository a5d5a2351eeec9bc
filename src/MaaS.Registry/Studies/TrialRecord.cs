namespace MaaS.Registry.Studies;

/// <summary>A trial as the store keeps it.</summary>
public sealed record TrialRecord
{
    /// <summary>Its number in the study, 0 for the first.</summary>
    public required long Number { get; init; }

    /// <summary>Where it stands.</summary>
    public required TrialState State { get; init; }

    /// <summary>Where its parameters came from: null for a sampler, <see cref="Given"/>, or
    /// <c>STUDY#NUMBER</c> for a trial that was taken over.</summary>
    public string? Origin { get; init; }

    /// <summary>Values by name, of the parameters that have a say in this trial; null until they are drawn.</summary>
    public IReadOnlyDictionary<string, ParameterValue>? Parameters { get; init; }

    /// <summary>What it came to, one value an objective; null unless it is complete.</summary>
    public IReadOnlyList<double>? Values { get; init; }

    /// <summary>Values on the way, by step; not a number where a step gave none.</summary>
    public IReadOnlyDictionary<long, double> Reports { get; init; } = new Dictionary<long, double>();

    /// <summary>What else is known of it, as the time of a fit.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Attributes { get; init; }
        = new Dictionary<string, ParameterValue>();

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Note { get; init; }

    /// <summary>How often it was begun, 2 for one whose first worker died.</summary>
    public int Attempts { get; init; }

    /// <summary>Who works on it or did so last.</summary>
    public string? Worker { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was begun last.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The origin of parameters that a user gave.</summary>
    public const string Given = "given";

    /// <summary>The attribute of a failed trial whose exception ended the study that ran it.</summary>
    public const string EndedStudy = "ended-study";

    /// <summary>Whether it failed for a reason that says nothing of its parameters: its worker died, or its exception
    /// ended the study.</summary>
    public bool IsAccident => State == TrialState.Failed
        && (Attributes.ContainsKey(EndedStudy) || StudyNames.SaysDied(Note));

    /// <summary>Whether another study ran it.</summary>
    public bool IsTakenOver => Origin is not null and not Given;

    /// <summary>Whether it is complete, pruned or failed.</summary>
    public bool IsOver => State is TrialState.Complete or TrialState.Pruned or TrialState.Failed;
}
