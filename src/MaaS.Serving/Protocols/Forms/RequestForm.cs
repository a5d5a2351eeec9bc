namespace MaaS.Serving.Protocols.Forms;

/// <summary>The forms in which inputs stand in a JSON request.</summary>
internal enum RequestForm
{
    /// <summary><c>instances</c>: a list of samples.</summary>
    Row,

    /// <summary><c>inputs</c>: whole tensors.</summary>
    Column,

    /// <summary><c>images</c>: a list of pixel arrays, to be preprocessed.</summary>
    Images,

    /// <summary><c>image</c>: one pixel array or file, to be preprocessed.</summary>
    Image,
}
