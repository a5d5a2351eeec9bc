namespace MaaS.Serving;

/// <summary>How strings of a model that are no UTF-8 stand in JSON answers; binary tensors and messages carry them as
/// they are.</summary>
public enum NonTextBytes
{
    /// <summary>Not at all: the answer is an error, 422.</summary>
    Error,

    /// <summary>As <c>{"b64": base64}</c>, as TensorFlow Serving writes bytes and every JSON protocol here reads
    /// them.</summary>
    Base64,
}
