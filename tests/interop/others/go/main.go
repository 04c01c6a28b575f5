// SPDX-License-Identifier: MIT
// WebSocket modules of Go, each as a client that checks echoes and as a server that echoes:
// peers PROGRAM client URL | PROGRAM server.
package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	coder "github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gorilla "github.com/gorilla/websocket"
)

var messages = [][]byte{[]byte("hello"), []byte("grüße"), bytes.Repeat([]byte{7}, 70000)}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check(sent, received []byte) {
	if !bytes.Equal(sent, received) {
		must(fmt.Errorf("another message came back"))
	}
}

func serve(echo http.HandlerFunc) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	must(http.Serve(listener, echo))
}

func gorillaClient(url string) {
	peer, _, err := gorilla.DefaultDialer.Dial(url, nil)
	must(err)
	for i, message := range messages {
		kind := gorilla.TextMessage
		if i == 2 {
			kind = gorilla.BinaryMessage
		}
		must(peer.WriteMessage(kind, message))
		_, back, err := peer.ReadMessage()
		must(err)
		check(message, back)
	}
	must(peer.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(1000, "")))
	if _, _, err = peer.ReadMessage(); !gorilla.IsCloseError(err, 1000) {
		must(err)
	}
}

func gorillaServer() {
	upgrader := gorilla.Upgrader{}
	serve(func(w http.ResponseWriter, r *http.Request) {
		peer, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer peer.Close()
		for {
			kind, message, err := peer.ReadMessage()
			if err != nil || peer.WriteMessage(kind, message) != nil {
				return
			}
		}
	})
}

func coderClient(url string) {
	at := context.Background()
	peer, _, err := coder.Dial(at, url, nil)
	must(err)
	peer.SetReadLimit(-1)
	for i, message := range messages {
		kind := coder.MessageText
		if i == 2 {
			kind = coder.MessageBinary
		}
		must(peer.Write(at, kind, message))
		_, back, err := peer.Read(at)
		must(err)
		check(message, back)
	}
	must(peer.Close(coder.StatusNormalClosure, ""))
}

func coderServer() {
	serve(func(w http.ResponseWriter, r *http.Request) {
		peer, err := coder.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer peer.CloseNow()
		peer.SetReadLimit(-1)
		for {
			kind, message, err := peer.Read(r.Context())
			if err != nil || peer.Write(r.Context(), kind, message) != nil {
				return
			}
		}
	})
}

func gobwasClient(url string) {
	peer, _, _, err := ws.Dial(context.Background(), url)
	must(err)
	for i, message := range messages {
		kind := ws.OpText
		if i == 2 {
			kind = ws.OpBinary
		}
		must(wsutil.WriteClientMessage(peer, kind, message))
		back, _, err := wsutil.ReadServerData(peer)
		must(err)
		check(message, back)
	}
	must(ws.WriteFrame(peer, ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(1000, "")))))
}

func gobwasServer() {
	serve(func(w http.ResponseWriter, r *http.Request) {
		peer, _, _, err := ws.UpgradeHTTP(r, w)
		if err != nil {
			return
		}
		defer peer.Close()
		for {
			message, kind, err := wsutil.ReadClientData(peer)
			if err != nil || wsutil.WriteServerMessage(peer, kind, message) != nil {
				return
			}
		}
	})
}

func main() {
	clients := map[string]func(string){
		"gorilla": gorillaClient, "coder": coderClient, "gobwas": gobwasClient}
	servers := map[string]func(){
		"gorilla": gorillaServer, "coder": coderServer, "gobwas": gobwasServer}
	if os.Args[2] == "client" {
		clients[os.Args[1]](os.Args[3])
	} else {
		servers[os.Args[1]]()
	}
}
